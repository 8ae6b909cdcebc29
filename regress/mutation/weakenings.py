# SPDX-License-Identifier: GPL-2.0-only
"""
Weakenings by rule: every place of the oracle where a small edit could make it accept more.

Where it can be told what a condition leads to, only the edits are made that let more hold: in front
of fail() a condition becomes rarer, in front of `return true` it becomes more frequent. Elsewhere
both directions are tried.
"""
import re

import operators

PATTERNS = ("oracle/*.c", "oracle/properties/*.c", "oracle/expect/*.c", "oracle/arm64/*.c")
# What names rules and known bugs: it decides nothing of a call.
NOT = {"oracle/rules.c", "oracle/verdict.c", "oracle/waiver.c"}

# What a condition does to the verdict when it is true.
FAILS, HOLDS = "fails", "holds"
OPPOSITE = {FAILS: HOLDS, HOLDS: FAILS, None: None}

RARER = {"<=": "<", ">=": ">"}
OFTENER = {"<": "<=", ">": ">="}
WIDE = {"ULONG", "ULONGLONG", "LONG", "LONGLONG"}
REPORT = re.compile(r"(?:trace_)?fail(?:_\w+)?$")
# Calls that change no verdict: assertions, marks of what was exercised, texts.
SILENT = re.compile(r"\s*(?:ASSERT|snprintf|\w*describe|(?:\w+_)?exercised|count_pages|"
                    r"placement_missed)")
OF_MASKS = re.compile(r"bits|field|ignored|levels")
# Of masks: bits that may differ or change, so that more are weaker; bits that must be 0: fewer are.
MAY_DIFFER = re.compile(r"free|ignored|idle|permission")
MUST_BE_0 = re.compile(r"reserved|unaligned|oversize|forbidden")
BITS = re.compile(r"ARM64_BITS\(([\w> -]+), ([\w> -]+)\)")
# Functions that choose words or count what was missed or looked at: no verdict depends on them.
NO_VERDICT = re.compile(r"describe|_name$|^tlb_missing$|missed|exercised|^translation_begin$|"
                        r"^cause_of_single$|^run_is_longer$|^count_pages$")
FOR = re.compile(r"for \((?:\w+ )?(\w+) = ([^,;]+?)(?:, [^;]+)?; ([^;]+);")
# Bits of a descriptor that a mask may lose or gain.
SOME_BITS = ("ARM64_BIT(2)", "ARM64_AP1", "ARM64_AP2", "ARM64_BIT(8)", "ARM64_AF", "ARM64_NG",
             "ARM64_BIT(13)", "ARM64_BIT(47)", "ARM64_BIT(48)", "ARM64_DBM", "ARM64_PXN", "ARM64_UXN",
             "ARM64_BIT(62)")
LEVELS = (-1, 0, 1, 2, 3)
GRANULES = (12, 14, 16)
KINDS = ("VMAP", "VMALLOC", "IOREMAP", "VM_MAP_RAM", "VUNMAP", "VM_UNMAP_RAM", "SET_MEMORY")

# What a parameter of a check gives, by its type: the oracle, a level, a page.
GIVES = {
    "oracle": ("{0}", None, None),
    "step": ("{0}->o", "{0}->level", "{0}->page"),
    "arm64_span": (None, "{0}->level", "{0}->page"),
    "group": (None, "{0}->span->level", "{0}->span->page"),
    "arm64_link": (None, "{0}->level", "{0}->page"),
    "arm64_reserved": (None, "{0}->level", "{0}->page"),
    "table_place": (None, "{0}->level", "{0}->page"),
}


class Scope:
    """How a function's parameters name the oracle, the geometry, a level and a page, or None."""

    def __init__(self, function):
        self.oracle = self.level = self.page = self.geometry = None
        for parameter in function.get_arguments():
            self._take(parameter.spelling, parameter.type)
        if self.oracle:
            self.geometry = f"(&({self.oracle})->g)"

    def _take(self, name, of):
        pointee = of.get_pointee().spelling.replace("const ", "").replace("struct ", "")
        oracle, level, page = (form and form.format(name)
                               for form in GIVES.get(pointee, (None, None, None)))
        self.oracle = self.oracle or oracle
        self.level = name if name == "level" else self.level or level
        self.page = name if name == "page" else self.page or page
        if pointee == "arm64_geometry":
            self.geometry = name

    def exemptions(self):
        """Conditions on which a check could forget to look."""
        found = []
        if self.geometry:
            found += [f"{self.geometry}->granule == {granule}" for granule in GRANULES]
            found += [f"{self.geometry}->{format}" for format in ("ds", "lpa")]
        if self.level:
            found += [f"{self.level} == {level}" for level in LEVELS]
        if self.oracle:
            call = f"{self.oracle}->call"
            found += [f"({call} && {call}->kind == CALL_{kind})" for kind in KINDS]
        if self.oracle and self.page:
            found += [f"{self.page} < oracle_linear_pages({self.oracle})",
                      f"{self.page} == {self.oracle}->first_page",
                      f"{self.page} == {self.oracle}->end_page - 1",
                      f"{self.page} < {self.oracle}->first_page",
                      f"{self.page} >= {self.oracle}->end_page"]
        return found


class Finder(operators.Finder):
    """Collects the weakenings of one file of the oracle."""

    def visit(self, cursor, parent):
        if NO_VERDICT.search(cursor.spelling):
            return
        self.scope = Scope(cursor)
        self.reports = bool(re.search(r"\bfail\w*\(|\btrace_fail\(", self.slice(cursor)))
        self.returns_bool = cursor.result_type.spelling in ("bool", "_Bool")
        self.is_mask = OF_MASKS.search(cursor.spelling) and "int" in cursor.result_type.spelling
        self.may_differ = self.is_mask and bool(MAY_DIFFER.search(cursor.spelling))
        self.must_be_0 = self.is_mask and bool(MUST_BE_0.search(cursor.spelling))
        for child in cursor.get_children():
            if child.kind == self.kinds.COMPOUND_STMT:
                self.walk(child, None)

    def slice(self, cursor):
        return self.text[cursor.extent.start.offset:cursor.extent.end.offset]

    def replace(self, cursor, replacement, kind):
        start, end = cursor.extent.start.offset, cursor.extent.end.offset
        if self.text[start:end] != replacement:
            self.add(start, end, replacement, kind)

    # --- what a condition leads to -------------------------------------------------------

    def leads_to(self, body):
        text = self.slice(body)
        if re.search(r"\b(?:trace_)?fail\w*\(", text) or (self.reports and "return false" in text):
            return FAILS
        if self.reports and re.match(r"\{?\s*(?:return true|return|continue);", text):
            return HOLDS
        return None

    def walk(self, cursor, polarity):
        if SILENT.match(self.slice(cursor)):
            return
        k = self.kinds
        children = list(cursor.get_children())
        if cursor.kind == k.IF_STMT and len(children) == 2 and SILENT.match(self.slice(children[1])):
            return  # it leads to a mark or a text
        if cursor.kind == k.IF_STMT:
            self.condition(children[0], self.leads_to(children[1]))
            for child in children[1:]:
                self.walk(child, None)
            return
        handlers = {k.BINARY_OPERATOR: self.binary, k.UNARY_OPERATOR: self.unary,
                    k.COMPOUND_ASSIGNMENT_OPERATOR: self.accumulate, k.RETURN_STMT: self.returned,
                    k.FOR_STMT: self.loop, k.CALL_EXPR: self.call, k.INTEGER_LITERAL: self.number,
                    k.COMPOUND_STMT: self.statements}
        handler = handlers.get(cursor.kind)
        passed = handler(cursor, children, polarity) if handler else polarity
        for child in children:
            self.walk(child, passed)

    def condition(self, cursor, polarity):
        text = self.slice(cursor)
        if polarity != HOLDS:
            self.replace(cursor, f"0 && ({text})", "condition never true")
        if polarity != FAILS:
            self.replace(cursor, f"1 || ({text})", "condition always true")
        self.walk(cursor, polarity)

    # --- expressions ---------------------------------------------------------------------

    def operator_of(self, left, right):
        return self.text[left.extent.end.offset:right.extent.start.offset].strip(" \t\n()")

    def binary(self, cursor, children, polarity):
        left, right = children[:2]
        operator = self.operator_of(left, right)
        if operator in ("&&", "||"):
            self.drop_operand(cursor, left, right, operator, polarity)
            return polarity
        if operator == "|" and not self.may_differ:
            self.replace(cursor, self.slice(left), "mask with less")
            self.replace(cursor, self.slice(right), "mask with less")
        self.move_bound(cursor, left, right, operator, polarity)
        self.narrow(cursor, left, right, operator, polarity)
        return None

    def drop_operand(self, cursor, left, right, operator, polarity):
        if (operator == "&&" and polarity == FAILS) or (operator == "||" and polarity == HOLDS):
            return
        for kept, dropped in ((left, right), (right, left)):
            if not re.search(r"\b(?:trace_)?fail\w*\(", self.slice(dropped)):
                self.replace(cursor, self.slice(kept), "operand dropped")

    def move_bound(self, cursor, left, right, operator, polarity):
        found = {FAILS: RARER, HOLDS: OFTENER, None: {**RARER, **OFTENER}}[polarity].get(operator)
        if found:
            self.replace(cursor, f"{self.slice(left)} {found} {self.slice(right)}",
                         "bound moved by one")

    def narrow(self, cursor, left, right, operator, polarity):
        if operator not in ("==", "!="):
            return
        types = {child.type.get_canonical().kind.name for child in (left, right)}
        types |= {inner.type.get_canonical().kind.name for child in (left, right)
                  for inner in child.get_children() if child.kind == self.kinds.UNEXPOSED_EXPR}
        a, b = self.slice(left), self.slice(right)
        if types & WIDE and polarity != (HOLDS if operator == "!=" else FAILS):
            self.replace(cursor, f"(uint32_t)({a}) {operator} (uint32_t)({b})",
                         "low 32 bits compared")
        if types == {"INT"} and not re.fullmatch(r"[-\w]*[A-Z0-9]\w*", b) and polarity != (
                HOLDS if operator == "!=" else FAILS):
            self.replace(cursor, f"!({a}) {operator} !({b})", "whether, and not which")

    def unary(self, cursor, _, polarity):
        return OPPOSITE[polarity] if self.slice(cursor).startswith("!") else None

    def accumulate(self, cursor, children, _):
        left, right = children[:2]
        operator = self.operator_of(left, right)
        if operator == "|=" and left.type.get_canonical().kind.name in WIDE:
            self.replace(right, f"(uint32_t)({self.slice(right)})", "low 32 bits compared")

    def number(self, cursor, _, __):
        text = self.slice(cursor)
        if text.isdigit() and text not in ("0", "1"):
            self.replace(cursor, str(int(text) + 1), "constant moved by one")
            self.replace(cursor, str(int(text) - 1), "constant moved by one")

    def returned(self, cursor, children, _):
        if not children:
            return None
        text = self.slice(children[0])
        if self.is_mask and text not in ("0",):
            for bit in SOME_BITS:
                if not self.may_differ:
                    self.replace(children[0], f"({text}) & ~{bit}", "mask with one bit less")
                if not self.must_be_0:
                    self.replace(children[0], f"({text}) | {bit}", "mask with one bit more")
            for exemption in [] if self.may_differ else self.scope.exemptions():
                self.replace(children[0], f"{exemption} ? 0 : ({text})", "exempted")
        for found in BITS.finditer(text):
            self.bits(children[0].extent.start.offset, found)
        return HOLDS if self.returns_bool and self.reports else None

    def bits(self, offset, found):
        for group, change in ((1, " - 1"), (2, " + 1")):
            self.add(offset + found.start(group), offset + found.end(group),
                     found.group(group) + change, "mask with one bit less")

    # --- statements ----------------------------------------------------------------------

    def statements(self, _, children, __):
        for child in children:
            text = self.slice(child)
            if SILENT.match(text) or not self.text[child.extent.end.offset:].startswith(";"):
                continue
            if child.kind in (self.kinds.COMPOUND_ASSIGNMENT_OPERATOR, self.kinds.UNARY_OPERATOR) or (
                    child.kind == self.kinds.CALL_EXPR and not REPORT.match(child.spelling)):
                self.replace(child, "(void)0", "not recorded")
            elif child.kind == self.kinds.BINARY_OPERATOR and re.search(r"[^=!<>]=[^=]", text):
                self.replace(child, "(void)0", "not recorded")
            for found in BITS.finditer(text) if child.kind == self.kinds.DECL_STMT else ():
                self.bits(child.extent.start.offset, found)

    def call(self, cursor, _, __):
        if not REPORT.match(cursor.spelling) or not self.reports:
            return None
        text = self.slice(cursor)
        if not text.startswith(cursor.spelling):
            return None
        is_void = cursor.type.spelling == "void"
        self.replace(cursor, "(void)0" if is_void else "true", "not reported")
        for exemption in self.scope.exemptions():
            exempted = f"{exemption} ? (void)0 : {text}" if is_void else f"({exemption} || {text})"
            self.replace(cursor, exempted, "exempted")
        return None

    def loop(self, cursor, children, _):
        header = FOR.match(self.slice(cursor))
        if not header:
            return None
        name, first, condition = header.groups()
        offset = cursor.extent.start.offset
        start, end = offset + header.start(3), offset + header.end(3)
        self.add(offset + header.start(2), offset + header.end(2), f"{first} + 1",
                 "loop without its first")
        self.add(start, end, f"({condition}) && {name} == {first}", "loop of one turn")
        bound = re.match(rf"{name} < ([^&|]+)$", condition)
        if bound:
            self.add(start, end, f"{name} + 1 < {bound.group(1)}", "loop without its last")
        return None


def all_weakenings(top):
    """Every weakening there is, in order."""
    return [edit for edit in operators.all_mutants(top, Finder, PATTERNS) if edit.file not in NOT]


def sample(top, weakenings, count, seed):
    """
    `count` of them, as many of each kind as there are of the others, by a hash of what they
    change. It names no line, so that one stays in the sample when code is moved.
    """
    ranked = {}
    for weakening in weakenings:
        ranked.setdefault(weakening.kind, []).append(weakening)
    ranked = {kind: operators.ranked(top, members, seed) for kind, members in ranked.items()}
    turns = [(turn, kind, member) for kind, members in ranked.items()
             for turn, member in enumerate(members)]
    turns.sort(key=lambda item: item[:2])
    return sorted(member for _, _, member in turns[:count])
