# SPDX-License-Identifier: GPL-2.0-only
"""A C file as what stands at its top level: items, macros, other directives.

Nothing is preprocessed and no type is known. Items are told apart by braces,
parentheses and semicolons, which is enough for kernel style; a self-check
holds the result against Universal Ctags on whole trees. Where braces or
parentheses do not match, a function ends where one ends in kernel style: by
a brace in column 0. The compiler then sees the text as it is, and says what
is wrong with it.
"""
import re
from dataclasses import dataclass, field

IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
TOKEN = re.compile(r"[A-Za-z_]\w*|\d[\w.]*|[^\s\w]")

KEYWORDS = frozenset("""
    asm auto bool break case char const continue default do double else enum extern float for goto
    if inline int long register restrict return short signed sizeof static struct switch typedef
    typeof union unsigned void volatile while _Bool _Static_assert __asm__ __attribute
    __attribute__ __inline
    __inline__ __typeof__ __volatile__""".split())

# Attributes, which stand where the name of an item might stand.
ATTRIBUTES = frozenset("""
    __acquires __alias __alloc_size __always_inline __aligned __assume_aligned __cacheline_aligned
    __cacheline_aligned_in_smp ____cacheline_aligned ____cacheline_aligned_in_smp __cold
    __cond_acquires __counted_by __deprecated __designated_init __free __hot __init __initconst
    __initdata __initdata_or_module __init_or_module __latent_entropy __malloc __maybe_unused
    __meminit __meminitdata __must_check __must_hold __nocfi __no_context_analysis
    __no_sanitize_address __noreturn __no_stack_protector __packed __page_aligned_bss
    __page_aligned_data __percpu __printf __private __pure __randomize_layout __rcu __read_mostly
    __ref __refdata __releases __ro_after_init __sched __section __signed __sysctl_data
    __used __user __visible __weak asmlinkage inline_for_extension noinline
    noinline_for_stack noinstr notrace notrace_for_stack _Alignas _Noreturn""".split())

STORAGE = frozenset(["static", "extern"])

# Invocations that make a class for guard(), CLASS() and __free(): they need no semicolon.
CLASS_MAKER = re.compile(r"(DEFINE|EXTEND|DECLARE)_(\w*GUARD\w*|CLASS|CLASS_COND|FREE)$")
CLASS_USER = re.compile(r"(\w*guard|\w*CLASS|ACQUIRE|__free)$")

# Top-level invocations that make nothing that others could name.
EFFECTLESS = re.compile(
    r"(EXPORT_|MODULE_|ALLOW_ERROR_INJECTION|NOKPROBE_SYMBOL|BTF_|module_|subsys_|arch_|core_|pure_|"
    r"early_|late_|fs_|device_|postcore_)\w*$|(__setup|static_assert|_Static_assert|__bpf_kfunc_\w+)$")


# Where an item of a file begins, in kernel style: in column 0, and it is not a label.
HEAD = re.compile(r"(?!\w+:)[A-Za-z_]")


@dataclass
class Item:
    """What stands in lines [first, last], counted from 0."""
    kind: str  # function, prototype, type, forward, variable, invocation, macro
    names: list
    refs: set
    first: int
    last: int
    file: str = ""
    parameters: int = None  # of functions and prototypes; variable ones count as one
    returns_nothing: bool = False  # of functions and prototypes
    weak: bool = False  # of functions: a definition in another file goes before it
    pastes: frozenset = frozenset()  # of macros: (prefix, suffix) that a parameter is pasted between


@dataclass
class Directive:
    """A preprocessor line other than #define, with its continuation lines."""
    word: str
    rest: str
    first: int
    last: int


@dataclass
class Source:
    file: str
    lines: list
    items: list = field(default_factory=list)
    directives: list = field(default_factory=list)

    def text_of(self, item):
        return "\n".join(self.lines[item.first:item.last + 1])


def blank_comments(text):
    """
    Comments, strings and character constants as spaces. Newlines stay, and so
    do backslashes before them: a comment does not end a macro.
    """
    pattern = re.compile(r'/\*.*?(?:\*/|\Z)|//[^\n]*|"(?:\\.|[^"\\\n])*"?|\'(?:\\.|[^\'\\\n])*\'?',
                         re.S)

    def blank(match):
        piece = match.group(0)
        spaces = re.sub(r"\\(?!\n)|[^\n\\]", " ", piece)
        # Quotes stay, so that a literal is still a token.
        return piece[0] + spaces[1:-1] + piece[0] if piece[0] in "\"'" and len(piece) > 1 else spaces
    return pattern.sub(blank, text)


class Scanner:
    """Reads the lines of one file into items."""

    def __init__(self, source, blanked):
        self.source = source
        self.lines = blanked
        self.tokens = []  # of the item being read: (text, brace depth, parenthesis depth)
        self.first = None
        self.brace = self.paren = 0
        self.conditions = []  # depths at each #if that is open
        self.swallowed = []  # functions that begin where the item being read should have ended

    def scan(self):
        at = 0
        while at < len(self.lines):
            if self.lines[at].lstrip().startswith("#"):
                at = self.directive(at)
            else:
                self.code_line(at)
                at += 1
        if self.brace or self.paren:  # of a function that the file does not end
            self.finish(len(self.lines) - 1)

    # --- directives ---------------------------------------------------------

    def directive(self, at):
        last = at
        while self.lines[last].rstrip().endswith("\\") and last + 1 < len(self.lines):
            last += 1
        body = " ".join(line.rstrip().rstrip("\\") for line in self.lines[at:last + 1])
        word, rest = re.match(r"\s*#\s*(\w*)\s*(.*)", body).groups()
        if word == "define":
            self.macro(rest, at, last)
        else:
            self.source.directives.append(Directive(word, rest.strip(), at, last))
            self.condition(word)
        return last + 1

    def macro(self, rest, first, last):
        name = IDENTIFIER.match(rest)
        if not name:
            return
        refs = set(IDENTIFIER.findall(rest[name.end():])) - KEYWORDS
        self.source.items.append(Item("macro", [name.group(0)], refs, first, last,
                                      self.source.file, pastes=pastes_of(rest[name.end():])))
        if self.tokens:  # inside of an item, which then refers to what the macro does
            self.tokens.extend((word, 1, 1) for word in refs)

    def condition(self, word):
        """Each branch of a conditional begins at the depth at which the first did."""
        if word in ("if", "ifdef", "ifndef"):
            self.conditions.append((self.brace, self.paren))
        elif word in ("else", "elif") and self.conditions:
            self.brace, self.paren = self.conditions[-1]
        elif word == "endif" and self.conditions:
            self.conditions.pop()

    # --- code -----------------------------------------------------------------

    def code_line(self, at):
        line = self.lines[at]
        if re.match(r"}\s*$", line):
            self.function_ends(at)
        elif re.match(r"{\s*$", line) and self.brace:
            self.swallowed += name_before_parameters(self.tokens)
        for token in TOKEN.findall(line):
            self.token(token, at)

    def function_ends(self, at):
        """A brace in column 0 ends a function, whatever conditionals or a missing brace left open."""
        if not self.brace:
            self.take_back(at)
        if self.tokens:
            self.brace, self.paren = 1, 0

    def take_back(self, at):
        """The brace in line `at` closes nothing: what was read since the last head is its body."""
        head = next((i for i in range(at - 1, -1, -1) if HEAD.match(self.lines[i])), None)
        if head is None or any(self.lines[i].startswith("}") for i in range(head, at)):
            return
        self.source.items = [item for item in self.source.items
                             if item.first < head or item.kind == "macro"]
        words = TOKEN.findall("\n".join(self.lines[head:at]))
        end = end_of_parameters(words)
        self.first, self.brace, self.paren = head, 0, 0
        self.tokens = []
        for token in [*words[:end], "{"]:
            self.place(token)
        self.tokens += [(word, 1, 1) for word in words[end:]]

    def token(self, token, at):
        if self.first is None:
            self.first = at
        self.place(token)
        if not self.brace and not self.paren and self.ends(token):
            self.finish(at)

    def place(self, token):
        """A token with the depth at which it stands. What closes nothing stands at depth 0."""
        self.brace = max(0, self.brace - (token == "}"))
        self.paren = max(0, self.paren - (token == ")"))
        self.tokens.append((token, self.brace, self.paren))
        self.brace += token == "{"
        self.paren += token == "("

    def ends(self, token):
        if token == ";":
            return True
        if token == ")" and CLASS_MAKER.match(self.tokens[0][0]):
            return True
        return token == "}" and self.is_function_body()

    def is_function_body(self):
        """A closing brace ends functions; types and initializers go on to a semicolon."""
        words = outer(self.tokens)
        if "=" in words or words[0] == "typedef":
            return False
        calls = [i for i, word in enumerate(words) if word == "(" and is_name(words, i - 1)]
        return bool(calls)

    def finish(self, last):
        item = describe(self.tokens)
        if item:
            item.first, item.last, item.file = self.first, last, self.source.file
            item.names = item.names + self.swallowed
            self.source.items.append(item)
        self.tokens, self.first, self.swallowed = [], None, []
        self.brace = self.paren = 0


def end_of_parameters(words):
    """The index after the first parenthesis that is closed again; the end if none is."""
    depth = 0
    for i, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        if word == ")" and not depth:
            return i + 1
    return len(words)


def name_before_parameters(tokens):
    """[the name that a function has whose head ends with these tokens], or []"""
    depth = 0
    for i in range(len(tokens) - 1, 0, -1):
        depth += (tokens[i][0] == ")") - (tokens[i][0] == "(")
        if not depth:
            name = tokens[i - 1][0]
            return [name] if tokens[i][0] == "(" and is_name([name], 0) else []
    return []


def pastes_of(macro):
    """(prefix, suffix) of each `prefix##parameter##suffix` of a macro, from its parameters on."""
    if not macro.startswith("("):
        return frozenset()
    parameters, _, body = macro[1:].partition(")")
    names = set(IDENTIFIER.findall(parameters))
    found = set()
    for words in re.findall(r"\w+(?:\s*##\s*\w+)+", body):
        parts = re.split(r"\s*##\s*", words)
        if sum(part in names for part in parts) == 1:
            at = next(i for i, part in enumerate(parts) if part in names)
            found.add(("".join(parts[:at]), "".join(parts[at + 1:])))
    return frozenset(found)


def used_classes(tokens):
    """What the first argument of guard(), scoped_cond_guard(), CLASS() and __free() names."""
    words = [text for text, _, _ in tokens]
    return {name for user, paren, argument in zip(words, words[1:], words[2:])
            if paren == "(" and CLASS_USER.match(user)
            for name in (f"class_{argument}", f"__free_{argument}")}


def describe_class(tokens):
    """A DEFINE_GUARD() and its like: what it makes is named by macros that paste."""
    words = [text for text, _, _ in tokens]
    base = words[2]
    refs = {word for word in words if IDENTIFIER.fullmatch(word)} - KEYWORDS
    if words[0] == "DEFINE_FREE":
        names = [f"__free_{base}"]
    elif "COND" in words[0] or words[0] == "EXTEND_CLASS":
        names, refs = [f"class_{base}{words[4]}"], refs | {f"class_{base}"}
    else:
        names = [f"class_{base}"]
    return Item("invocation", names, refs, 0, 0)


def outer(tokens):
    """The words of an item outside of all braces and parentheses."""
    return [text for text, brace, paren in tokens if not brace and not paren]


def is_name(words, i):
    return i >= 0 and IDENTIFIER.fullmatch(words[i]) and words[i] not in KEYWORDS | ATTRIBUTES


def count_parameters(tokens):
    """Of the first parenthesis at depth 0 that follows a name."""
    count, inside, empty = 1, False, True
    for i, (text, brace, paren) in enumerate(tokens):
        if brace or (not inside and paren):
            continue
        if not inside:
            previous = tokens[i - 1][0] if i else ""
            inside = text == "(" and IDENTIFIER.fullmatch(previous) and \
                previous not in KEYWORDS | ATTRIBUTES
        elif text == ")" and not paren:
            break
        else:
            count += text == "," and paren == 1
            empty = empty and text == "void"
    return 0 if empty else count


def enumerators(tokens):
    """Constants of an enum, which stand behind its brace and behind each comma."""
    names, previous = [], ""
    for text, brace, paren in tokens:
        if brace == 1 and not paren:
            if previous in ("{", ",") and IDENTIFIER.fullmatch(text):
                names.append(text)
            previous = text
        elif text == "{":
            previous = text
    return names


def tagged(words, tokens):
    """The tags that an item defines, and constants where it is an enum."""
    names = []
    has_body = any(text == "{" and not brace for text, brace, _ in tokens)
    for i, word in enumerate(words[:-1]):
        if word in ("struct", "union", "enum") and has_body:
            tag = next((w for w in words[i + 1:i + 4] if IDENTIFIER.fullmatch(w)
                        and w not in ATTRIBUTES), None)
            if tag and "{" in words[i + 1:words.index(tag, i) + 2]:
                names.append(tag)
            if word == "enum":
                names += enumerators(tokens)
            break
    return names


def declarators(words):
    """Names of the variables of a declaration: what stands before =, [, a comma or the end."""
    names, last, subscript = [], None, 0
    for word in words:
        if word == "]":
            subscript -= 1
        elif subscript:
            subscript += word == "["
        elif word in ("=", "[", ";", ","):
            if last:
                names.append(last)
            last = None
            subscript += word == "["
        elif is_name([word], 0):
            last = word
    return names[:8]


def typedef_name(tokens):
    """The last name outside of parentheses, or, of a function type, the first inside."""
    words = [w for w in outer(tokens) if is_name([w], 0)]
    inner = [text for text, brace, paren in tokens
             if not brace and paren == 1 and is_name([text], 0)]
    pointer = [i for i, t in enumerate(tokens) if t[0] == "(" and not t[1] and not t[2]
               and i + 1 < len(tokens) and tokens[i + 1][0] == "*"]
    return inner[:1] if pointer and inner else words[-1:]


def describe(tokens):
    """The item that the tokens are; None if they are nothing that could be named."""
    words = outer(tokens)
    refs = {text for text, _, _ in tokens if IDENTIFIER.fullmatch(text)} - KEYWORDS
    has_body = any(text == "{" and not brace for text, brace, _ in tokens)
    if words[0] == ";":
        return None
    if CLASS_MAKER.match(words[0]) and len(tokens) > 4:
        return describe_class(tokens)
    refs |= used_classes(tokens)
    if words[0] == "typedef":
        return Item("type", typedef_name(tokens) + tagged(words, tokens), refs, 0, 0)
    call = find_call(words)
    if call is not None and "=" not in words[:call]:
        return describe_call(tokens, words, call, refs, has_body)
    names = tagged(words, tokens)
    if names and declares_type_only(words):
        return Item("type", names, refs, 0, 0)
    if len(words) == 3 and words[0] in ("struct", "union", "enum"):
        return Item("forward", [words[1]], refs, 0, 0)
    return Item("type" if names else "variable", names + declarators(words), refs, 0, 0)


def find_call(words):
    """
    Where the parameters of a function begin: the last parenthesis before the
    body whose name has a type before it. What follows a closing parenthesis
    is an attribute, or an invocation that needs no semicolon.
    """
    end = words.index("{") if "{" in words else len(words)
    calls = [i for i in range(end) if words[i] == "(" and is_name(words, i - 1)]
    named = [i for i in calls if i > 1 and words[i - 2] not in (")", ",")]
    return named[-1] if "{" in words and named else calls[0] if calls else None


def declares_type_only(words):
    return words[0] in ("struct", "union", "enum") and "=" not in words


def describe_call(tokens, words, call, refs, has_body):
    name = words[call - 1]
    if words[call:] == ["(", ")", ";"] and STORAGE.issuperset(words[:call - 1]):
        # DEFINE_SPINLOCK(lock); what it makes is named by an argument
        made = [text for text, brace, paren in tokens if not brace and paren == 1
                and is_name([text], 0)]
        names = [] if EFFECTLESS.match(name) else made[:2]
        return Item("invocation", names, refs, 0, 0)
    names = [name]
    if not has_body and "{" not in words and "," in words[call:]:
        names += [words[i - 1] for i, w in enumerate(words)
                  if w == "(" and i > call and is_name(words, i - 1)]
    weak = has_body and "__weak" in words[:call]
    returned = [word for word in words[:call - 1] if word not in ATTRIBUTES]
    return Item("function" if has_body else "prototype", names, refs, 0, 0,
                parameters=count_parameters(tokens), returns_nothing=returned[-1:] == ["void"],
                weak=weak)


def read_source(text, file):
    """The Source that `text` is."""
    source = Source(file, text.split("\n"))
    Scanner(source, blank_comments(text).split("\n")).scan()
    return source
