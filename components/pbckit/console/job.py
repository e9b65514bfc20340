"""Something long that a page waits for: it runs in a thread, is counted, and can be stopped."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

Stopped = Callable[[], bool]


class Job(Generic[T]):
    """Goes through something once."""

    def __init__(self, steps: Callable[[Stopped], Iterator[T]]) -> None:
        """Does nothing yet.

        Args:
            steps: what to go through; it asks now and then whether it is to end.
        """
        self._steps = steps
        self._stopped = False
        self.count = 0
        """How far it has come."""

    def stop(self) -> None:
        """Let it end soon."""
        self._stopped = True

    @property
    def stopped(self) -> bool:
        """Whether it was stopped."""
        return self._stopped

    async def all(self) -> list[T]:
        """Everything that it gives."""
        found: list[T] = []
        await asyncio.to_thread(self._go, found.append)
        return found

    async def number(self) -> int:
        """How much it gives; nothing of it is kept."""
        await asyncio.to_thread(self._go, lambda _one: None)
        return self.count

    def _go(self, take: Callable[[T], None]) -> None:
        for one in self._steps(lambda: self._stopped):
            take(one)
            self.count += 1
