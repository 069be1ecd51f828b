"""What a verdict says: short remarks, as a key with values, so that the page can say them in its language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["REMARKS", "Remark"]

REMARKS = {
    "number_right": "{label}: {given} is right.",
    "number_wrong": "{label}: {given} is not what the engine computes.",
    "mistake": "{text}",
    "element_right": "Row {row}, column {column} is the one: the kernel stores its index.",
    "element_outside": "Row {row}, column {column} is not in the window, which has rows {top} to {bottom} and columns {left} to {right}.",  # noqa: E501
    "element_smaller": "Row {row}, column {column} has {value}, and another pixel of the window is larger.",
    "element_later": "Row {row}, column {column} has the largest value, but so has an earlier pixel, and the first one wins.",  # noqa: E501
    "sign_positive": "{weight}: the gradient is {gradient}, so the loss rises with this weight.",
    "sign_negative": "{weight}: the gradient is {gradient}, so the loss falls as this weight grows.",
    "sign_zero": "{weight}: the gradient is {gradient}, so a small change of this weight changes nothing.",
    "sign_wrong": "{weight}: nudge it both ways and compare the losses again.",
    "filter_silent": "It answers “{pattern}” with at most {response}: expected at least {least}.",
    "filter_loud": "It answers “{pattern}” with {response}. The weakest of what it should find has {found}: expected at least {ratio} times more.",  # noqa: E501
    "filter_finds": "It answers “{pattern}” with {response}.",
    "filter_differs": "On test digit {digit}, row {row}, column {column} of the map is {got}; expected {expected}.",
    "filter_same": "Its maps of {count} test digits are the expected ones.",
    "kernel_refused": "The compiler refuses this: {reason}",
    "kernel_missing": "The text has no kernel {name}; it has {found}.",
    "kernel_borrowed": "It calls {name}. Write the computation yourself.",
    "kernel_parameters": "The parameters of {name} must be: {expected}. They are: {found}.",
    "kernel_stopped": "With {sizes}, it stops: {reason}",
    "kernel_differs": "With {sizes}: {element} is {got}; expected {expected}. Tests passed before: {passed} of {count}.",  # noqa: E501
    "kernel_touched": "With {sizes}: it changes {element}, which must keep its value.",
    "kernel_gradient": "With {sizes}: {element} is {got}; the loss changes by {expected} for each unit that {input} changes. Tests passed before: {passed} of {count}.",  # noqa: E501
    "kernel_right": "Right in all {count} tests, interpreted and compiled.",
    "training_accuracy": "The test accuracy is {accuracy}; expected at least {least}.",
    "training_accurate": "The test accuracy is {accuracy}.",
    "training_weights": "The network has {weights} weights; expected at most {most}.",
    "training_light": "The network has {weights} weights.",
    "found_diverged": "It diverged: the loss has grown far above that of guessing.",
    "found_chance": "It learned nothing: it is no better than guessing.",
    "found_memorised": "The test loss rises while the training loss falls: it memorises the training images.",
    "found_falling": "The test loss was still falling when it ended.",
    "found_good": "It ends well: the accuracy is high, and the test loss does not rise.",
    "found_settled": "The test loss has stopped falling, and does not rise.",
    "asked_diverged": "Expected: a training that diverges.",
    "asked_chance": "Expected: a training that learns nothing.",
    "asked_memorised": "Expected: a training whose test loss rises while its training loss falls.",
    "asked_falling": "Expected: a training that ends too early.",
    "asked_good": "Expected: a training that ends well.",
    "asked_settled": "Expected: a training whose test loss has stopped falling.",
    "training_border": "It diverges, but so does {value}, {factor} times less. Look for the border.",
    "training_bordered": "It diverges, and {value}, {factor} times less, does not.",
    "training_unprevented": "The engine has tried this explanation: with “{change}” the test loss still ends at {after}. Without the change it was {before}.",  # noqa: E501
    "training_prevented": "The engine has tried this explanation: with “{change}” the test loss ends at {after} instead of {before}.",  # noqa: E501
    "receipt_verified": "Run again, with the same result.",
    "receipt_lab": "It is of an exercise that is not known here, or of another version of it: open its file, too.",
    "receipt_damaged": "It is damaged: {reason}.",
    "receipt_answer": "Its answer cannot be graded: {reason}.",
    "receipt_solved": "It says that the exercise is solved, but its answer does not solve it.",
    "receipt_unsolved": "It says that the exercise is not solved, but its answer solves it.",
    "receipt_result": "Its answer gives another result: the SHA-256 is {found}, and not {claimed}.",
}


@dataclass(frozen=True)
class Remark:
    """One remark. Values are strings or numbers; `texts` among them are in the language of the verdict."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return REMARKS[self.key].format(**self.values)
