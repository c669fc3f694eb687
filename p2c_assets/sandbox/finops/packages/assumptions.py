"""What no public source settles about data packages: named constants with what they rest on.

Constants are read where they apply; what no single place decides is in DECISIONS.
"""

from collections.abc import Mapping

SAS_MINUTES = 60
"""How long a signed blob address lives. Documented is only that the window ends (data-management-api)."""

BLOB_DAYS = 7
"""Documented: files in blob storage are deleted after seven days (data-management-api)."""

HISTORY_DAYS = 7
"""Documented default of the job history clean-up (data-import-export-job). Here it runs whenever a day passes."""

POLLS_NOT_FOUND = 1
"""Status calls after ImportFromPackage that answer 400 "were not found": seen by one client, which retries a few times."""

POLLS_NOT_RUN = 1
"""Status calls that answer NotRun: how long a batch job waits for a thread is not documented."""

POLLS_EXECUTING = 1
"""Status calls that answer Executing. The work is done at the first of them, or when the sandbox's clock moves on."""

POLLS_ERROR_FILE = 1
"""Calls of GetImportTargetErrorKeysFileUrl that answer "" after the file was ordered: documented is only the loop."""

BATCH_THREADS = 32
"""Ceiling of tasks: the documented example of four servers with eight batch threads each (optimize-data-migration)."""

LARGEST_FILE = 256 * 2**20
"""Bytes of one exported file. One third-party page; a larger one ends the export as Failed."""

LONGEST_CELL = 32_768
"""Documented ceiling of a text field (data-management-integration-data-entity). A longer one is a staging error here."""

ACTION_ERROR_STATUS = 400
"""An action that throws: seen for an unknown execution and for an unknown entity; taken for every other cause."""

PARALLEL_IMPORT_STATUS = 400
"""ImportFromPackage called in parallel "will fail" (data-management-api); how is not documented.

Parallel means here: before the execution record of an earlier call exists.
"""

CELL_DATES = "%Y-%m-%d %H:%M:%S"
"""Dates in files are in the data source's locale; this is the neutral one."""

WRONG_NAMESPACE_STATUS = 400
"""A manifest in another namespace is refused; that it must be exact is a trace, the answer is not known."""

SINGLE_TASK_ENTITIES = frozenset({"Customers V3", "Customers V2"})
"""A custom staging sequence allows one task only: documented for Customers V3, taken for V2, which numbers alike."""

DECISIONS: Mapping[str, str] = {
    "EXPORT_STATE_IS_PER_PROJECT": (
        "Change tracking state belongs to a project and an entity, not to a company. Rests on the action "
        "ResetVersionToken, whose parameters are project, entity and source. A client that has a project for "
        "each company does not depend on it."
    ),
    "PREVIEW_MOVES_THE_STATE": (
        'A preview under change tracking counts as a run: its page says "since the last run" as that of the '
        "export does. The rows beyond its count are gone for the project. Worst case, so that no client "
        "relies on the opposite."
    ),
    "RERUN_DELIVERS_THE_SAME_ROWS": (
        "reExecute runs the target step again (data-management-api), hence over what the first run has put "
        "into staging."
    ),
    "FILES_HOLD_NO_COMPANY": (
        "dataAreaId is no column of a file: the company is the job's. A measured package of another company "
        "kept it in no key."
    ),
    "CSV_IS_UTF_8": "Source format CSV in code page 65001; the other form, CSV-Unicode, is documented by a trace.",
    "EMPTY_EXPORT_HAS_A_HEADER": "An entity without rows still has its file, which holds the header only.",
    "URL_BEFORE_THE_END_IS_EMPTY": (
        'GetExportedPackageUrl of a run that has not succeeded answers "": a public client tests for just that.'
    ),
    "STATUS_LIST_IS_TEXTS": (
        "GetEntityExecutionSummaryStatusList returns a collection of strings (d365fo-client); here JSON of "
        "entity and status."
    ),
    "MISSING_COLUMN_CRASHES": (
        "A mapped column that the file lacks ends as Failed with an empty error list: seen for an XML element "
        "(0xC0010009)."
    ),
    "BLANK_CELLS_ARE_NOT_POSTED_ON_CREATE": (
        "A blank cell lets X++ default the field of a new record, and empties the field of an existing one."
    ),
    "UNKNOWN_IS_NEVER_ANSWERED": (
        "Unknown is among the answers of GetExecutionSummaryStatus; no occasion of it is documented."
    ),
    "UNITS_RUN_IN_TURN": (
        "Execution units run in parallel in the real system, hence in no order; here one after the other, by number, so "
        "that a job does the same each time."
    ),
    "TASKS_DO_NOT_CONFLICT": (
        "Rows of one parent in several tasks lock each other in the real system (traces); here tasks are counted and run "
        "one after the other."
    ),
    "STOPPED_ENTITIES_ARE_NOT_RUN": (
        "FailLevelOnError and FailExecutionUnitOnError: after an entity with a failed row, the rest of its "
        "level or unit waits."
    ),
    "DELETED_HISTORY_HAS_NO_ANSWER": (
        "DeleteExecutionHistoryJob answers 204: only its call is known (Recurring-Integrations-Scheduler)."
    ),
}
"""What is built into the modules that refer to these names, and no single place reads: what was decided, and why."""
