"""Places whose widgets are imported when they are first shown, so that the page starts sooner."""


def later_places(page):
    """The places that make no part of the page's start, by their names."""

    def make_see():
        from widgets.see import See

        return See(page)

    def make_learn():
        from widgets.learn import Learn

        return Learn(page)

    def make_code():
        from widgets.code_place import CodePlace

        return CodePlace(page)

    def make_teach():
        from widgets.teach import Teach

        return Teach(page)

    def make_exercises():
        from widgets.exercises import Exercises

        return Exercises(page)

    makers = {
        "see": make_see,
        "learn": make_learn,
        "code": make_code,
        "exercises": make_exercises,
        "teach": make_teach,
    }
    return {name: Later(make) for name, make in makers.items()}


class Later:
    """Stands for the place that make() returns; until then it has no verbs but `shown`."""

    def __init__(self, make):
        self.make = make
        self.place = None

    def shown(self):
        if self.place is None:
            self.place = self.make()
        self.place.shown()

    def __getattr__(self, name):
        if self.place is None:
            raise AttributeError(name)
        return getattr(self.place, name)
