"""Seeing a unified dataset: numbers, lineage, comparison, and the page that shows them.

In: a dataset's folder, and the workspace it lies in where there is one. Out: ``report.json``, whose every key stands in
README.md, and the page beside it. Nothing here changes a dataset or a registry, and nothing looks at a clock.

Read ``report.py`` first (the story), then ``columns.py`` (what is read), ``counts.py`` (what is counted, some pictures
at a time, in memory that does not grow with the dataset) and ``lineage/`` (where labels come from).
"""
