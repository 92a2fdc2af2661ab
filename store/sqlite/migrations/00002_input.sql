-- +goose Up
ALTER TABLE draft ADD COLUMN input TEXT NOT NULL DEFAULT ''; -- JSON: arguments and standard input; '' is those of the fence
ALTER TABLE draft_history ADD COLUMN input TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE draft_history DROP COLUMN input;
ALTER TABLE draft DROP COLUMN input;
