"""The command line, a file a verb: parse, one library call, print, exit status.

Every verb file imports only Typer at its top; what a verb needs is imported when it runs, so that ``unify --help``
starts at once. Exit status: 0 done, 1 the user can fix it (one message, no traceback), 2 wrong usage, 130 interrupted.
"""
