# SPDX-License-Identifier: GPL-2.0-only
"""Which items of a set of files are needed, from named roots on."""

DEFINES = ("function", "macro", "variable", "type", "invocation")


class Index:
    """Every item by each name that it makes, without the names that are stopped at."""

    def __init__(self, sources, stop):
        self.items = {}
        for source in sources:
            for item in source.items:
                for name in item.names:
                    if name not in stop:
                        self.items.setdefault(name, []).append(item)
        for name, items in self.items.items():
            if any(item.kind == "function" and not item.weak for item in items):
                self.items[name] = [item for item in items if not item.weak]

    def definition(self, name, file=None):
        """The first item that defines `name`, in `file` if that is given; None if none does."""
        return next((item for item in self.items.get(name, ())
                     if item.kind in DEFINES and file in (None, item.file)), None)

    def reachable(self, roots):
        """All items that the roots need, as a set of their ids."""
        wanted, seen, kept = list(roots), set(), set()
        while wanted:
            name = wanted.pop()
            if name in seen:
                continue
            seen.add(name)
            for item in self.items.get(name, ()):
                if id(item) not in kept:
                    kept.add(id(item))
                    wanted.extend(ref for ref in item.refs if ref in self.items)
                    wanted.extend(self.pasted(item))
        return kept

    def pasted(self, item):
        """Names that macros which the item invokes may paste together of a word of the item."""
        pastes = {paste for ref in item.refs for macro in self.items.get(ref, ())
                  for paste in macro.pastes}
        names = {prefix + ref + suffix for prefix, suffix in pastes for ref in item.refs}
        return names.intersection(self.items)


def shim_names(source):
    """The names that a shim owns: all that it defines or declares, but for forward declarations."""
    return {name for item in source.items if item.kind != "forward" for name in item.names}
