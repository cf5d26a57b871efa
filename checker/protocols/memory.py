"""Remembering what was made of bytes, so long as they are few: what is kept must not grow with a server's malice."""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

MAX_REMEMBERED_BYTES = 16_384
"""Arguments that weigh more are worked on anew each time: chains have some 5 000 bytes, and OpenSSL takes 100 000."""


def remembered(entries: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """As `functools.lru_cache`, for calls whose positional arguments hold few bytes: so and so many of them."""

    def decorate(work: Callable[P, T]) -> Callable[P, T]:
        kept = cast("Callable[P, T]", functools.lru_cache(maxsize=entries)(work))

        @functools.wraps(work)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            few = _weight(args) <= MAX_REMEMBERED_BYTES
            return kept(*args, **kwargs) if few else work(*args, **kwargs)

        return call

    return decorate


def _weight(arguments: tuple[Any, ...]) -> int:
    return sum(
        len(argument)
        if isinstance(argument, bytes)
        else _weight(argument)
        if isinstance(argument, tuple)
        else 0
        for argument in arguments
    )
