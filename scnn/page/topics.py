"""Handlers of messages that make no part of the page's start: they are imported when one of them is first asked, so
that the page starts sooner."""

from collections.abc import Callable
from typing import Protocol

from scnn.experiments.experiment import experiment_of
from scnn.network.network import Network
from scnn.page.messages import Answer, Message
from scnn.page.uploads import Uploads

__all__ = ["handlers_for"]


class Asked(Protocol):
    """What the topics need of a session."""

    clock: Callable[[], float]
    uploads: Uploads

    def network_of(self, message: Message) -> Network: ...
    def subject_of(self, message: Message) -> tuple[bytes, int | None]: ...


Handlers = dict[str, Callable[[Message], Answer]]

CLASSROOM = (
    *("exercises", "exercise", "attempt", "check_answer", "check_more", "check_cancel", "receipt"),
    *("pack_lab", "unpack_lab", "verify_receipts", "verify_more"),
)
WORKSHOP = (
    *("kernels", "kernel_text", "compile_kernel", "kernel_stages", "measure_kernel"),
    *("differences", "derive_kernel", "check_kernels", "advance_kernel_check"),
)


def handlers_for(action: object, session: Asked) -> Handlers:
    """The handlers of the topic that an action belongs to; those of See and Learn for an unknown one."""
    if action in CLASSROOM:
        return classroom(session)
    return workshop(session) if action in WORKSHOP else explanations(session)


def explanations(session: Asked) -> Handlers:
    """The handlers of See and Learn, which need the compiler and the tracer."""
    from scnn.page.elements import Elements
    from scnn.page.filters import Filters
    from scnn.page.lessons import Lessons

    topics = (
        Elements(session.network_of, session.subject_of),
        Filters(session.network_of, session.subject_of),
        Lessons(session.network_of, session.subject_of, session.clock),
    )
    return {handler.__name__: handler for topic in topics for handler in topic.handlers}


def classroom(session: Asked) -> Handlers:
    """The handlers of Exercises, and of receipts in Teach. They grade on an engine of their own: that of the session
    may share a training with other workers."""
    from scnn.engines.wasm import compiled
    from scnn.page.classroom import Classroom

    topic = Classroom(compiled, session.clock)
    return {handler.__name__: handler for handler in topic.handlers}


def workshop(session: Asked) -> Handlers:
    """The handlers of Code, which need the whole compiler."""
    from scnn.page.workshop import Workshop

    topic = Workshop(lambda message: experiment_of(message, session.uploads.digits), session.clock)
    return {handler.__name__: handler for handler in topic.handlers}
