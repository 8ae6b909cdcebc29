# SPDX-License-Identifier: GPL-2.0-only
"""The part of JSON Schema that this project's own schemas use, without a package."""
import re

KNOWN = {"$comment", "$defs", "$ref", "additionalProperties", "const", "enum", "items", "minimum",
         "minItems", "minLength", "oneOf", "pattern", "properties", "required", "type"}
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}


def is_of(value, name):
    return isinstance(value, TYPES[name]) and not (name == "integer" and isinstance(value, bool))


def violations_of_object(value, schema, root, place):
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{place}: has no {name}"
    for name, member in value.items():
        if name in properties:
            yield from violations(member, properties[name], root, f"{place}.{name}")
        elif schema.get("additionalProperties") is False:
            yield f"{place}: {name} is not a member"


def violations_of_value(value, schema, place):
    if "const" in schema and (value != schema["const"] or type(value) is not type(schema["const"])):
        yield f"{place}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place}: {value!r} is none of {schema['enum']}"
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{place}: {value!r} is not like {schema['pattern']}"
    if isinstance(value, (str, list)) and len(value) < schema.get("minLength", schema.get("minItems", 0)):
        yield f"{place}: is too short"
    if is_of(value, "integer") and value < schema.get("minimum", value):
        yield f"{place}: {value} is below {schema['minimum']}"


def violations(value, schema, root=None, place="line"):
    """What of `value` is not as the schema says; nothing if it is."""
    root = root or schema
    assert KNOWN.issuperset(schema), f"{place}: not known: {set(schema) - KNOWN}"
    if "$ref" in schema:
        yield from violations(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, place)
        return
    if "oneOf" in schema:
        found = [list(violations(value, one, root, place)) for one in schema["oneOf"]]
        if sum(not one for one in found) != 1:
            yield f"{place}: {sum(not one for one in found)} forms fit; nearest: {min(found, key=len)}"
    if "type" in schema and not is_of(value, schema["type"]):
        yield f"{place}: {value!r} is no {schema['type']}"
        return
    yield from violations_of_value(value, schema, place)
    if isinstance(value, dict):
        yield from violations_of_object(value, schema, root, place)
    for i, item in enumerate(value if isinstance(value, list) and "items" in schema else ()):
        yield from violations(item, schema["items"], root, f"{place}[{i}]")
