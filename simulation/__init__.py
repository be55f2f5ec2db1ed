"""Running studies: study files, human data, the engine, the run folder, metrics, the report and the command line."""
