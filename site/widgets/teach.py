"""The place Teach: a lesson that is ready to give, and what a teacher needs for it."""


class Teach:
    def __init__(self, page):
        self.page = page

    def shown(self):
        pass
