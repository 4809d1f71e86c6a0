"""Checking a document against the model, and reporting problems in a coach's words.

In: a `Document`. Out: the validated section, or every problem in it at its place.

pydantic does all the checking. It checks a section as a whole only when each of its values is
valid. So, to list everything at once, misspelt keys are read as the intended ones, wrong values are
removed, and the rest is validated again. Consequences of another problem are not reported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import EnumMeta
from typing import Any, TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from simulator.errors import Problem, ScenarioError, no_break_space, quoted
from simulator.scenario.fields import (
    ANY,
    LENIENT,
    Path,
    Section,
    complaints_below,
    did_you_mean,
    dotted,
    fields_of,
    guess,
    is_tag,
    items_of,
    sections_among,
    types_at,
    variant_key,
    variants,
)
from simulator.scenario.plan import PlanSplit
from simulator.scenario.yaml_tree import (
    Document,
    YamlList,
    YamlMapping,
    YamlNode,
    plain_node,
    problem_at,
)

SectionT = TypeVar("SectionT", bound=Section)

MAX_PASSES = 40
MAX_GUESSES = 200
"""Beyond this many problems no more `did you mean` is computed: it would take seconds."""
ENOUGH = 1000
"""Beyond this many problems no further file is opened to find more."""


@dataclass(slots=True)
class Location:
    """A place in a document, reached by a path of the model.

    Attributes:
        node: of the value there, or of what would hold it.
        path: keys as the model calls them, list items by their numbers in the file.
        shown: the same as the file writes it.
        holder, key: the mapping or list that holds the value, and its key; None for the root.
        value: the value.
        complete: whether the whole path exists.
    """

    node: YamlNode
    path: Path
    shown: tuple[str, ...]
    holder: YamlMapping | YamlList | None
    key: Any
    value: Any
    complete: bool = True


def find(document: Document, path: Path) -> Location:
    """Follow a path through a document, as far as it goes.

    A number may lead into a mapping: a table's rows are numbered, and its keys are their distances.
    """
    place = Location(document.node, (), (), None, None, document.root)
    for step in path:
        if is_tag(step):
            continue
        below = _below(place, step) if place.complete else None
        if below is not None:
            place = below
            continue
        if step == "distance" and isinstance(place.holder, YamlMapping):  # the key of a row
            place.node = place.holder.nodes[place.key][0]
        place.path, place.complete = (*place.path, step), False
    return place


def _below(place: Location, step: str | int) -> Location | None:
    """Return the place one step further; None if the document ends there."""
    within = place.value
    if isinstance(within, YamlMapping):
        key = list(within)[step] if isinstance(step, int) and step < len(within) else step
        if isinstance(key, int) or key not in within:
            return None
        key_node, node = within.nodes[key]
        shown = (*place.shown, key_node.value)
        return Location(node, (*place.path, key), shown, within, key, within[key])
    if isinstance(within, YamlList) and isinstance(step, int) and step < len(within):
        number, node = within.numbers[step], within.nodes[step]
        shown = (*place.shown, str(number))
        return Location(node, (*place.path, number), shown, within, step, within[step])
    return None


class DocumentCheck:
    """A document being checked: its problems so far, and the values excluded because of them."""

    def __init__(self, document: Document, model: type[Section]) -> None:
        self.document = document
        self.problems: list[Problem] = list(document.flaws)
        self._model = model
        self._wrong: set[Path] = set()
        self._excluded: dict[int, tuple[YamlMapping | YamlList, set[Any]]] = {}

    def report(self, place: Location, message: str, hint: str = "", *missing: str) -> None:
        """Add a problem at a place."""
        shown = dotted((*place.shown, *missing))
        self.problems.append(problem_at(place.node, shown, message, hint))

    def report_file(self, place: Location, error: ScenarioError) -> None:
        """Add the problems of a file named at a place; at that place, if they have no line."""
        shown = dotted(place.shown)
        self.problems += [
            p if p.line else problem_at(place.node, shown, p.message, p.hint)
            for p in error.problems
        ]

    @property
    def is_full(self) -> bool:
        """Whether there are enough problems."""
        return len(self.problems) >= ENOUGH

    def exclude(self, place: Location) -> None:
        """Exclude the value of a place, or what lacks it, from the next validation."""
        self._wrong.add(place.path)
        if place.holder is not None:
            self._wrong.add(place.path[: len(place.shown)])
            self._excluded.setdefault(id(place.holder), (place.holder, set()))[1].add(place.key)

    def remove_excluded(self) -> bool:
        """Remove the excluded values from the document; return whether there were any."""
        for holder, keys in self._excluded.values():
            for key in sorted(keys, reverse=True):
                holder.take_out(key)
        removed = bool(self._excluded)
        self._excluded = {}
        return removed

    # -- pydantic's errors -------------------------------------------------------------------

    def handle_errors(self, error: ValidationError) -> bool:
        """Add problems, and repair or exclude the values; return whether the document has changed.

        A section that lost a key, or had one renamed, may lack a key for that reason.
        """
        mended: set[Path] = set()
        details = error.errors(include_url=False)
        for detail in sorted(details, key=lambda d: d["type"] == "missing"):
            kind = detail["type"]
            place = find(self.document, detail["loc"])
            if kind == "default_factory_not_called":
                continue  # a default that depends on a wrong value is no mistake
            listed = isinstance(place.value, dict | list | tuple)
            if listed and kind == "too_short" and len(place.value) >= detail["ctx"]["min_length"]:
                continue  # pydantic counts only the valid ones
            if kind == "extra_forbidden":
                self._handle_unknown_key(place, detail)
                mended.add(place.path[:-1])
            elif kind == "union_tag_invalid":
                self._handle_unknown_variant(place, detail)
                mended.add(place.path)
            elif kind == "missing" and place.path[:-1] in mended:
                continue
            elif place.value is None and self._stands_for_nothing(place, detail["loc"]):
                mended.add(place.path[:-1])
            else:
                if not self._is_consequence(detail, place):
                    missing = [str(detail["loc"][-1])] if kind == "missing" else []
                    self.report(place, *self._in_words(detail, place), *missing)
                self.exclude(place)
        return self.remove_excluded() or bool(mended)

    def _guess(self, word: str, known: Sequence[str]) -> str:
        return guess(word, known) if len(self.problems) < MAX_GUESSES else ""

    def _handle_unknown_key(self, place: Location, detail: ErrorDetails) -> None:
        """Read a misspelt key as the intended one; a key of another variant is not allowed."""
        above, word = detail["loc"][:-1], str(detail["loc"][-1])
        place.path = (*place.path[:-1], "")  # no other problem depends on one unknown key
        (section,) = sections_among(types_at(self._model, above))
        holder = place.holder
        if isinstance(holder, YamlMapping):
            place.node = holder.nodes[place.key][0]
        tag, others = self._variants_at(above)
        tags = [other for other, of_it in others.items() if word in fields_of(of_it)]
        known = list(fields_of(section))
        if section is PlanSplit and isinstance(find(self.document, above[:-1]).value, YamlMapping):
            known.remove("distance")  # a table's row has it as its key
        if tags:
            what = f"{quoted(word)} does not go with {variant_key(section)} {tag}"
            self.report(place, what, f"it goes with {', '.join(tags)}")
            self.exclude(place)
            return
        meant = self._guess(word, known)
        hint = _COMMA if _follows_a_comma(place) else did_you_mean(meant, known)
        self.report(place, f"unknown key {quoted(word)}", hint)
        if isinstance(holder, YamlMapping) and not meant and len(holder) <= len(known):
            needed = [k for k in known if fields_of(section)[k].info.is_required()]
            needed = [key for key in needed if key not in holder]
            meant = needed[0] if len(needed) == 1 else ""
        if isinstance(holder, YamlMapping) and meant and meant not in holder:
            holder.rename(word, meant)
        else:
            self.exclude(place)

    def _variants_at(self, above: Path) -> tuple[str, dict[str, type[Section]]]:
        """Return the variant that pydantic chose at a path, and the possible ones."""
        if not (above and is_tag(above[-1])):
            return "", {}
        sections = sections_among(types_at(self._model, above[:-1]))
        return str(above[-1])[1:], variants(sections)

    def _handle_unknown_variant(self, place: Location, detail: ErrorDetails) -> None:
        """Read an unknown variant as the intended one, or the best-fitting one."""
        sections = sections_among(types_at(self._model, detail["loc"]))
        by_word = variants(sections)
        key = variant_key(sections[0])
        written = find(self.document, (*detail["loc"], key))
        word = written.node.value if written.value is not None else ""
        word = word if isinstance(word, str) else ""
        meant = self._guess(word, list(by_word))
        what = f"there is no {key} {quoted(word)}" if word else f"{key} must be a single word"
        self.report(written, what, did_you_mean(meant, by_word))
        keys = set(place.value)
        best = max(by_word, key=lambda tag: len(keys & fields_of(by_word[tag]).keys()))
        node = plain_node(meant or best, written.node.source, written.node)
        place.value.put(key, meant or best, place.value.nodes[key][0], node)

    def _stands_for_nothing(self, place: Location, loc: Path) -> bool:
        """Repair a section with all lines commented out: a default section, or an empty list."""
        allowed = types_at(self._model, loc)
        if isinstance(place.holder, YamlMapping) and place.complete:
            if items_of(allowed) and PlanSplit not in items_of(allowed):
                place.holder[place.key] = YamlList()
                return True
            if sections_among(allowed):
                place.holder.take_out(place.key)
                return True
        return False

    def _is_consequence(self, detail: ErrorDetails, place: Location) -> bool:
        """Return whether a missing or too short value is a consequence of another problem."""
        holder = place.path
        if detail["type"] == "missing":
            holder = place.path[:-1]
        elif detail["type"] != "too_short" or isinstance(place.value, str):
            return False
        return any(wrong[:-1] == holder for wrong in self._wrong if wrong)

    def _in_words(self, detail: ErrorDetails, place: Location) -> tuple[str, str]:
        """Return message and hint for one of pydantic's errors."""
        kind, ctx = detail["type"], detail.get("ctx", {})
        if kind in ("too_short", "too_long") and isinstance(detail["input"], str | int | float):
            kind = f"string_{kind}"  # pydantic uses one kind for lists and text
        given = _as_written(detail["input"], place.node)
        allowed = types_at(self._model, detail["loc"])
        hint = ""
        if kind in ("literal_error", "enum"):
            lists = (t if isinstance(t, EnumMeta) else get_args(t) for t in allowed)
            choices = [str(choice) for each in lists for choice in each]
            word = detail["input"]
            hint = did_you_mean(
                self._guess(word, choices) if isinstance(word, str) else "", choices
            )
        elif kind.startswith("model_") and not any(map(is_tag, detail["loc"][-1:])):
            hint = did_you_mean("", [key for s in sections_among(allowed) for key in fields_of(s)])
        elif kind == "wrong_kind" and _follows_a_comma(place):
            hint = _COMMA
        elif kind == "wrong_kind" and str in allowed and isinstance(detail["input"], bool):
            hint = f'put it in quotes: "{given}"'
        message = _MESSAGES.get(kind)
        if message is None:
            return str(detail["msg"]), hint
        return message.format(given=given, missing=(detail["loc"] or [""])[-1], **ctx), hint

    # -- contradictions ----------------------------------------------------------------------

    def handle_complaints(self, value: Section) -> None:
        """Add the contradictions between values that are each valid."""
        for complaints in complaints_below(value):
            listed = [
                (complaint, find(self.document, complaint.path))
                for complaint in complaints
                if not any(
                    self._is_doubtful(path) for path in (complaint.path, *complaint.rests_on)
                )
            ]
            for complaint, place in listed:
                self.report(place, complaint.message, complaint.hint)
                self._wrong.add(place.path)

    def _is_doubtful(self, path: Path) -> bool:
        """Return whether there was a problem at, below or above a path."""
        place = find(self.document, path).path
        return any(
            all(b in (a, ANY) for a, b in zip(wrong, place, strict=False)) for wrong in self._wrong
        )


def check(
    document: Document,
    model: type[SectionT],
    prepare: Callable[[DocumentCheck], None] = lambda _: None,
    finish: Callable[[DocumentCheck, SectionT], SectionT] = lambda _, value: value,
) -> SectionT:
    """Return the section that a document says.

    Args:
        document: the values; they are changed.
        model: the section's type.
        prepare: called before each validation, to complete the document.
        finish: called with the section, to check what the model cannot.

    Raises:
        ScenarioError: every problem, including those of the document.
    """
    review = DocumentCheck(document, model)
    prepare(review)
    value: SectionT | None = None
    for _ in range(MAX_PASSES):
        review.remove_excluded()
        try:
            value = model.model_validate(document.root, context=LENIENT)
        except ValidationError as error:
            if not review.handle_errors(error):
                break
            prepare(review)
        else:
            review.handle_complaints(value)
            value = finish(review, value)
            break
    problems = list(dict.fromkeys(review.problems))
    if problems or value is None:
        raise ScenarioError(problems)
    return value


_SECTION = "a section with keys is wanted here, not {given}"
_MESSAGES = {
    "missing": "{missing} is missing",
    "literal_error": "{given} is none of the choices",
    "enum": "{given} is none of the choices",
    "greater_than": "must be greater than {gt:g}, not {given}",
    "greater_than_equal": "must be at least {ge:g}, not {given}",
    "less_than": "must be less than {lt:g}, not {given}",
    "less_than_equal": "must be at most {le:g}, not {given}",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "string_too_short": "must not be empty",
    "string_too_long": "is longer than {max_length} characters",
    "model_type": _SECTION,
    "model_attributes_type": _SECTION,
    "union_tag_not_found": _SECTION,
    "tuple_type": "a list is wanted here, not {given}",
    "int_type": "must be a whole number, not {given}",
    "int_from_float": "must be a whole number, not {given}",
    "int_parsing_size": "is too large",
    "bool_parsing": "must be yes or no, not {given}",
    "bool_type": "must be yes or no, not {given}",
    "finite_number": "must be a finite number",
}


_COMMA = "in braces a comma parts values: write a point, or put the number in quotes"


def _follows_a_comma(place: Location) -> bool:
    """Return whether a key may be the hundredths of the value before: `{target: 3:59,99}`."""
    if not isinstance(place.holder, YamlMapping) or place.value is not None:
        return False
    key, value = place.holder.nodes[place.key]
    ends, begins = key.end_mark, value.start_mark
    bare = ends is not None and begins is not None and ends.index == begins.index  # without a colon
    return key.value.strip().isdecimal() and bare


def _as_written(value: Any, node: YamlNode) -> str:
    """Return a wrong value for a message, as it was written if that is known."""
    text = node.value
    if isinstance(text, str) and text and not isinstance(value, (dict, list)):
        plain = not node.style and len(text) < 30 and not no_break_space(text)
        return text if plain else quoted(text)
    if value is None:
        return "nothing"
    return "a mapping" if isinstance(value, dict) else "a list"
