"""What a person tells a step, checked before anything is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.errors import ResponseError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gdkit.response.step import Step


def checked_options(step: Step, told: Mapping[str, str]) -> dict[str, str]:
    """Give every option of a step with what was told, else its default.

    Raises:
        ResponseError: an option is unknown, missing, or has a value that it may not have.
    """
    known = {option.name: option for option in step.options}
    other = sorted(set(told) - set(known))
    if other:
        raise ResponseError(f"{other[0][:60]!r} is no option of it", where=f"step {step.name}",
                            action=f"its options: {', '.join(known) or 'none'}")  # fmt: skip
    values = {name: told.get(name, option.default).strip() for name, option in known.items()}
    for name, option in known.items():
        if option.required and not values[name]:
            raise ResponseError(f"the option {name} must be given: {option.meaning}", where=f"step {step.name}",
                                action=f"add -o {name}=VALUE")  # fmt: skip
        if option.choices and values[name] not in option.choices:
            raise ResponseError(f"{values[name][:60]!r} is no value for the option {name}", where=f"step {step.name}",
                                action=f"choose one of {', '.join(option.choices)}")  # fmt: skip
    return values
