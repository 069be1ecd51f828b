"""Answers that wait: training in the browser's workers, whose messages arrive only while Python waits."""

from scnn.errors import ScnnError
from scnn.page.messages import Answer, Message
from scnn.page.session import Session

__all__ = ["answer"]


async def answer(session: Session, message: Message) -> Answer:
    """As `session.handle`, but between the slices of a training it waits for the engine, so that its workers take
    part. Only one message may be answered at a time."""
    if message.get("action") != "advance":
        return session.handle(message)
    try:
        steps = session.advancing(message)
        while True:
            try:
                engine = next(steps)
            except StopIteration as end:
                result: Answer = end.value
                return result
            if finished := getattr(engine, "finished", None):
                await finished()
    except ScnnError as error:
        return session.refusal(error)
