"""The subcommands, by name and where they are: a module is imported when its command is asked for."""

COMMANDS = {
    "autograde": "autograder:autograde",
    "bundle": "bundle:bundle",
    "ci": "ci:grade_ci",
    "class": "classes:grade_class",
    "doctor": "machine:doctor",
    "explain": "course:explain",
    "export": "export:export",
    "file": "files:grade_files",
    "hint": "hints:hint",
    "import": "importing:import_course",
    "list": "course:list_exercises",
    "name-group": "overview:name_group",
    "new": "course:new",
    "override": "gradebook:override",
    "policy": "gradebook:policy",
    "report": "overview:report",
    "show": "gradebook:show",
    "verify": "authors:verify",
}
