"""Items, timetable and issued versions."""
