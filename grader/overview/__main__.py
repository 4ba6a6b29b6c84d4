"""`python -m grader.overview`: write some students' reports; see `grader.overview.students`."""

from grader.overview.students import main

if __name__ == "__main__":
    main()
