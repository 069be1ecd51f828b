"""The compiler explains itself: the stages of a kernel, what became of each loop, the map from source lines to
instructions, and measured times. All of it is plain data and text.

`subject` says which call is looked at, `stages` compiles it once; `operations` counts, `remarks`, `lines` and
`timing` are the answers, and `__main__` is the command `python -m scnn.compiler show`.
"""
