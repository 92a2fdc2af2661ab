-- +goose Up
CREATE TABLE draft (
	key     TEXT PRIMARY KEY,
	version INTEGER NOT NULL,
	files   TEXT NOT NULL,              -- JSON: [{"name","content"}]
	answers TEXT NOT NULL,              -- JSON: {"question": "answer"}
	starter TEXT NOT NULL,              -- JSON: the author's text it began from
	updated INTEGER NOT NULL,           -- ms since 1970
	gone    INTEGER NOT NULL DEFAULT 0  -- 1 after a reset: the row keeps the version number
) STRICT, WITHOUT ROWID;

CREATE TABLE draft_history (
	id      INTEGER PRIMARY KEY,
	key     TEXT NOT NULL,
	version INTEGER NOT NULL,           -- 0 for the side of a conflict that was never stored
	files   TEXT NOT NULL,
	answers TEXT NOT NULL,
	updated INTEGER NOT NULL,
	why     TEXT NOT NULL
) STRICT;

CREATE INDEX draft_history_key ON draft_history (key, id);

CREATE TABLE progress (
	key        TEXT PRIMARY KEY,
	state      TEXT NOT NULL,
	points     INTEGER NOT NULL,
	max_points INTEGER NOT NULL,
	attempts   INTEGER NOT NULL,
	updated    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE progress;
DROP TABLE draft_history;
DROP TABLE draft;
