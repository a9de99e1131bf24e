"""What is kept of a model's jobs: the book, and those that are over; and how its jobs are to be."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dayshift.domain.images import ImageRef
from dayshift.domain.job_json import book_from_json, book_to_json
from dayshift.domain.job_terms import terms_of
from dayshift.domain.jobs import Book, Job, JobTerms


@dataclass(frozen=True, slots=True)
class JobPlan:
    """A model's options, and what its service takes for an hour: no more than it is told to."""

    provider: str = "proximl"
    gather_minutes: int = 3
    maximum_images: int = 100
    jobs_at_once: int = 1
    deadline_minutes: int = 40
    maximum_attempts: int = 3
    budget_usd: float = 2.0
    maximum_usd_per_hour: float = 1.5
    usd_per_hour: float = 1.5
    tick_minutes: int = 1

    @property
    def has_unique_names(self) -> bool:
        """Whether the service refuses a second job of one name."""
        return self.provider == "batch_transform"

    def options(self) -> dict[str, Any]:
        """As they are configured."""
        names = ("provider", "gather_minutes", "maximum_images", "jobs_at_once", "deadline_minutes", "maximum_attempts")
        others = ("budget_usd", "maximum_usd_per_hour", "tick_minutes")
        return {name: getattr(self, name) for name in (*names, *others)}

    @property
    def terms(self) -> JobTerms:
        """As the function reads them."""
        return terms_of(self.options())


@dataclass(slots=True, eq=False)
class JobDesk:
    """One model's jobs in the results bucket."""

    model: str
    book: Book = field(init=False)  # as it is read
    mark: str | None = None  # of the book as it was written last; None before that
    closed: dict[str, Job] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)  # laws, noted when it happened
    unwanted: set[ImageRef] = field(default_factory=set)  # of jobs that somebody does not want any more
    writes: int = 0
    on_write: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.book = Book(self.model)

    def write(self, book: Book) -> str:
        """PUT with If-Match, which was true."""
        self.writes += 1
        self.book, self.mark = book_from_json(book_to_json(book)), f"etag-{self.writes}"
        self.on_write()
        return self.mark
