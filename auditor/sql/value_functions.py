"""PostgreSQL's functions on texts, integers and arrays, as far as the text alone decides what they return.

https://www.postgresql.org/docs/current/functions-string.html and functions-array.html. Each takes known values
and returns one, or None where it would fail or depends on a locale. The names are PostgreSQL's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from auditor.sql.names import quote_identifier
from auditor.sql.opaque import Opaque, RegName
from auditor.sql.values import NULL, Value, as_integer, output_of, text_of

MAX_TEXT = 100_000
"""Longest text that is made, in characters, and most elements of an array."""

_PLAIN_PATTERN = re.compile(r"(?:[\w /:,-]|\\\.|[$^.|()*+?]|\[[\w-]+\])*")
_REPEATED_GROUP = re.compile(r"\)[*+]")
_MAX_STEPS = 10_000_000

_FORMAT = re.compile(r"%(?:(\d+)\$)?(-)?(\d+)?(.)?", re.DOTALL)
_NUMBER_PICTURE = re.compile(r"(FM)?(9*0*[09]*)")
_BEFORE_NAME, _BEHIND_NAME = re.compile(r"(?:^|[\s(,;=])\Z"), re.compile(r"(?:\Z|[\s(),;])")


def call(name: str, arguments: list[Value]) -> Value | None:
    """What a function of pg_catalog returns, or None where it is not known.

    Args:
        name: its name.
        arguments: their values, all known.
    """
    if (function := _WITH_NULLS.get(name)) is None:
        if (function := _STRICT.get(name)) is None:
            return None
        if NULL in arguments:
            return NULL
    try:
        result = function(*arguments)
    except (TypeError, ValueError, OverflowError):  # arguments that the function does not take
        return None
    return None if isinstance(result, (str, list)) and len(result) > MAX_TEXT else result


def joined(pieces: list[Value]) -> Value | None:
    """`a || b || c` of texts."""
    texts = []
    for piece in pieces:
        if piece is NULL:
            return NULL
        if (text := text_of(piece)) is None:
            return None
        texts.append(text)
    if sum(map(len, texts)) > MAX_TEXT:
        return None
    for at, text in enumerate(texts):
        if isinstance(text, RegName) and not stands_alone("".join(texts[:at]), text, "".join(texts[at + 1 :])):
            return None
    return _join("", texts)


def stands_alone(before: str, name: str, behind: str) -> bool:
    """Whether the name of an object means the same in a text, with and without its schema."""
    return bool(name and _BEFORE_NAME.search(before[-1:]) and _BEHIND_NAME.match(behind))


def format_text(template: Value, *arguments: Value) -> Value | None:
    """`format()`: https://www.postgresql.org/docs/current/functions-string.html#FUNCTIONS-STRING-FORMAT."""
    if not isinstance(template, str):
        return NULL if template is NULL else None
    position, end, size = 0, 0, len(template)
    parts: list[str] = []
    for match in _FORMAT.finditer(template):
        number, left, width, kind = match.groups()
        parts.append(template[end : match.start()])
        end = match.end()
        if kind == "%":
            parts.append("%")
            continue
        position = int(number) if number else position + 1
        if not 1 <= position <= len(arguments):
            return None
        value = arguments[position - 1]
        text = _formatted(kind, value)
        if text is None:
            return None
        if isinstance(value, RegName) and not stands_alone("".join(parts), value, template[end:]):
            return None
        size += max(len(text), int(width or 0))
        if size > MAX_TEXT:
            return None
        if width:
            text = text.ljust(int(width)) if left else text.rjust(int(width))
        parts.append(text)
    return "".join(parts) + template[end:]


def pattern_for(text: str, pattern: str, flags: int) -> re.Pattern[str] | None:
    """A regular expression that means the same to PostgreSQL and to Python, and takes no long time with the text.

    Python goes back and tries again where PostgreSQL does not: each repetition may stand anywhere in the text.
    """
    if not _PLAIN_PATTERN.fullmatch(pattern) or not (text.isascii() and pattern.isascii()):
        return None
    repetitions, choices = (sum(map(pattern.count, which)) for which in ("*+", "?|"))
    if _REPEATED_GROUP.search(pattern) or repetitions + choices > 20:
        return None
    if (len(text) + 1) ** (repetitions + 1) << choices > _MAX_STEPS:
        return None
    try:
        return re.compile(pattern, flags)
    except re.error:
        return None


def operate(operator: str, left: Value, right: Value) -> Value | None:
    """`+`, `-`, `*`, `/` and `%` of integers; NULL if either is."""
    if NULL in (left, right):
        return NULL
    if not any(isinstance(side, int) and not isinstance(side, bool) for side in (left, right)):
        return None  # two strings: the operator could be that of any type
    a, b = as_integer(left), as_integer(right)
    if a is None or b is None or (operator in ("/", "%") and b == 0):
        return None
    match operator:
        case "+":
            result = a + b
        case "-":
            result = a - b
        case "*":
            result = a * b
        case "/":
            result = _quotient(a, b)
        case _:
            result = a - b * _quotient(a, b)
    return result if abs(result) < 1 << 31 else None


def quote_literal(text: str) -> str:
    """The text as SQL needs it: in single quotes. Same as PostgreSQL's `quote_literal()`."""
    quoted = "'" + text.replace("'", "''").replace("\\", "\\\\") + "'"
    return f"E{quoted}" if "\\" in text else quoted


# Private


def _formatted(kind: str | None, value: Value) -> str | None:
    if kind == "L" and value is NULL:
        return "NULL"
    if kind == "s" and value is NULL:
        return ""
    text = output_of(value)
    if text is None or kind is None or (isinstance(text, RegName) and kind != "s"):
        return None
    if kind == "I":
        return quote_identifier(text)
    return quote_literal(text) if kind == "L" else text if kind == "s" else None


def _text(value: Value) -> str:
    """An argument that must be a text."""
    if isinstance(value, str) and not isinstance(value, Opaque):
        return value
    raise TypeError


def _integer(value: Value) -> int:
    number = as_integer(value)
    if number is None:
        raise TypeError
    return number


def _list(value: Value) -> list[Value]:
    if isinstance(value, list):
        return value
    raise TypeError


def _written(value: Value) -> str:
    """An argument of any type, as its output function writes it."""
    text = output_of(value)
    if text is None or isinstance(text, RegName):
        raise TypeError
    return text


def _ascii(value: Value) -> str:
    """A text whose letters change their case alike in every locale."""
    text = _text(value)
    if not text.isascii():
        raise ValueError
    return text


def _join(separator: str, texts: list[str]) -> str | None:
    """The texts with a separator between them, unless that is too long."""
    size = sum(map(len, texts)) + len(separator) * (len(texts) - 1)
    return separator.join(texts) if size <= MAX_TEXT else None


def _replace(text: Value, old: Value, new: Value) -> Value | None:
    whole, before, behind = _text(text), _text(old), _text(new)
    return _join(behind, whole.split(before)) if before else whole


def _concat(*values: Value) -> Value | None:
    return _concat_ws("", *values)


def _concat_ws(separator: Value, *values: Value) -> Value | None:
    if separator is NULL:
        return NULL
    return _join(_text(separator), [_written(value) for value in values if value is not NULL])


def _quote_nullable(value: Value) -> Value:
    return "NULL" if value is NULL else quote_literal(_written(value))


def _left(text: Value, count: Value) -> Value:
    return _text(text)[: _integer(count)]


def _right(text: Value, count: Value) -> Value:
    whole, number = _text(text), _integer(count)
    if number >= 0:
        return whole[max(len(whole) - number, 0) :]
    return whole[-number:]


def _substring(text: Value, start: Value, count: Value | None = None) -> Value | None:
    if isinstance(start, str):
        return None  # a pattern
    whole, first = _text(text), _integer(start)
    if count is None:
        return whole[max(first - 1, 0) :]
    number = _integer(count)
    return None if number < 0 else whole[max(first - 1, 0) : max(first - 1 + number, 0)]


def _pad(text: Value, length: Value, fill: Value, *, left: bool) -> Value:
    whole, size, filling = _text(text), _integer(length), _text(fill)
    size = max(min(size, MAX_TEXT + 1), 0)
    if len(whole) >= size or not filling:
        return whole[:size]
    padding = (filling * (size // len(filling) + 1))[: size - len(whole)]
    return padding + whole if left else whole + padding


def _repeat(text: Value, count: Value) -> Value | None:
    whole, number = _text(text), max(_integer(count), 0)
    return None if len(whole) * number > MAX_TEXT else whole * number


def _split_part(text: Value, separator: Value, number: Value) -> Value | None:
    whole, between, at = _text(text), _text(separator), _integer(number)
    if at == 0:
        return None
    parts = whole.split(between) if between else [whole]
    at = at - 1 if at > 0 else len(parts) + at
    return parts[at] if 0 <= at < len(parts) else ""


def _string_to_array(text: Value, separator: Value) -> Value | None:
    if text is NULL:
        return NULL
    whole = _text(text)
    if not whole:
        return []
    if separator is NULL:
        return [*whole]
    return [*whole.split(_text(separator))] if separator else [whole]


def _array_to_string(values: Value, separator: Value) -> Value | None:
    return _join(_text(separator), [_written(value) for value in _flat(_list(values))])


def _array_length(values: Value, dimension: Value) -> Value:
    elements, level = _list(values), _integer(dimension)
    while level > 1 and elements and isinstance(elements[0], list):
        elements, level = elements[0], level - 1
    return len(elements) if level == 1 and elements else NULL


def _flat(values: list[Value]) -> list[Value]:
    return [one for value in values for one in (_flat(value) if isinstance(value, list) else [value])]


def _append(values: Value, value: Value) -> Value | None:
    return [*_list(values), value] if not isinstance(value, list) else None


def _prepend(value: Value, values: Value) -> Value | None:
    return [value, *_list(values)] if not isinstance(value, list) else None


def _cat(first: Value, second: Value) -> Value:
    return [*_list(first), *_list(second)]


def _translate(text: Value, source: Value, target: Value) -> Value:
    into = _text(target)
    table: dict[int, str | None] = {}
    for at, character in enumerate(_text(source)):
        table.setdefault(ord(character), into[at] if at < len(into) else None)
    return _text(text).translate(table)


def _to_char(number: Value, picture: Value) -> Value | None:
    """`to_char(integer, 'FM000')`: pictures of digits alone, and no negative numbers."""
    match = _NUMBER_PICTURE.fullmatch(_text(picture))
    if match is None or not match[2] or isinstance(number, (str, bool)) or _integer(number) < 0:
        return None
    digits, places = str(number), match[2]
    if len(digits) > len(places):
        text = "#" * len(places)
    else:
        zeros = len(places) - places.index("0") if "0" in places else 1
        text = digits.rjust(zeros, "0").rjust(len(places))
    return text.lstrip() if match[1] else f" {text}"


def _regexp_replace(text: Value, pattern: Value, by: Value, flags: Value = "") -> Value | None:
    """With patterns that mean the same to Python, and nothing to refer to in what is put in."""
    subject, expression, put, how = _text(text), _text(pattern), _text(by), _text(flags)
    if "\\" in put or "&" in put or set(how) - set("gi"):
        return None
    known = pattern_for(subject, expression, re.IGNORECASE if "i" in how else 0)
    return known.sub(lambda _: put, subject, count=0 if "g" in how else 1) if known is not None else None


def _trimmed(strip: Callable[[str, str], str]) -> Callable[..., Value]:
    return lambda text, characters=" ": strip(_text(text), _text(characters))


def _remainder(left: Value, right: Value) -> Value | None:
    a, b = _integer(left), _integer(right)
    return None if b == 0 else a - b * _quotient(a, b)


def _quotient(a: int, b: int) -> int:
    """Division as PostgreSQL's: towards zero."""
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


_WITH_NULLS: dict[str, Callable[..., Value | None]] = {
    "array_append": _append,
    "array_prepend": _prepend,
    "concat": _concat,
    "concat_ws": _concat_ws,
    "format": format_text,
    "quote_nullable": _quote_nullable,
    "string_to_array": _string_to_array,
}
_STRICT: dict[str, Callable[..., Value | None]] = {
    "abs": lambda number: abs(_integer(number)) if not isinstance(number, str) else None,
    "array_cat": _cat,
    "array_length": _array_length,
    "array_to_string": _array_to_string,
    "array_upper": _array_length,
    "btrim": _trimmed(str.strip),
    "cardinality": lambda values: len(_flat(_list(values))),
    "char_length": lambda text: len(_text(text)),
    "character_length": lambda text: len(_text(text)),
    "left": _left,
    "length": lambda text: len(_text(text)),
    "lower": lambda text: _ascii(text).lower(),
    "lpad": lambda text, length, fill=" ": _pad(text, length, fill, left=True),
    "ltrim": _trimmed(str.lstrip),
    "md5": lambda text: hashlib.md5(_text(text).encode(), usedforsecurity=False).hexdigest(),
    "mod": _remainder,
    "position": lambda text, part: _text(text).find(_text(part)) + 1,
    "quote_ident": lambda text: quote_identifier(_text(text)),
    "quote_literal": lambda value: quote_literal(_written(value)),
    "regexp_replace": _regexp_replace,
    "repeat": _repeat,
    "replace": _replace,
    "reverse": lambda text: _text(text)[::-1],
    "right": _right,
    "rpad": lambda text, length, fill=" ": _pad(text, length, fill, left=False),
    "rtrim": _trimmed(str.rstrip),
    "split_part": _split_part,
    "starts_with": lambda text, start: _text(text).startswith(_text(start)),
    "strpos": lambda text, part: _text(text).find(_text(part)) + 1,
    "substr": _substring,
    "substring": _substring,
    "to_char": _to_char,
    "translate": _translate,
    "upper": lambda text: _ascii(text).upper(),
}
