"""Answers that wait for the engine's workers are those of a session that does not wait."""

from itertools import count

from scnn.engines.crew import Crew
from scnn.engines.wasm import compiled
from scnn.page.session import Session
from scnn.page.waiting import answer
from tests.engines.test_crew import Made
from tests.waiting import wait_for

START = {"action": "start", "experiment": "mnist", "seed": 2, "per_class": 10, "epochs": 2}


def ticking() -> Session:
    ticks = count()
    return Session(lambda: next(ticks) / 100, {"compiled": Made(2)})


def test_a_training_that_is_waited_for_gives_the_same_answers() -> None:
    """Events, report and fingerprint; the workers take part."""
    alone, waiting = Session(lambda: 0.0, {"compiled": compiled}), ticking()
    for session in (alone, waiting):
        assert "error" not in session.handle(START)
    events: list[list[object]] = [[], []]
    while not (last := alone.handle({"action": "advance", "budget_ms": 1e6}))["finished"]:
        events[0] += last["events"]
    while not (found := wait_for(answer(waiting, {"action": "advance", "budget_ms": 300})))["finished"]:
        events[1] += found["events"]
    assert found["fingerprint"] == last["fingerprint"] and found["report"] == last["report"]
    assert events[0] == events[1]
    engine = waiting.current_run().trainer.engine
    assert isinstance(engine, Crew) and engine.crew is not None and engine.crew.batches > 2


def test_other_messages_and_errors_are_answered_as_before() -> None:
    """A message that is no slice is handled at once; a training that diverges is an error in words."""
    session = ticking()
    advance = {"action": "advance", "budget_ms": 30}
    assert "training: start one first" in wait_for(answer(session, advance))["error"]["message"]
    assert wait_for(answer(session, {"action": "status"})) == session.handle({"action": "status"})
    session.handle({**START, "optimiser": {"kind": "SGD", "learning_rate": 1e30}})
    for _ in range(1000):
        found = wait_for(answer(session, advance))
        if "error" in found:
            break
    assert found["error"]["name"] == "TrainingError"
