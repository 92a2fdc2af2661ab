package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"course/tutor/learner"
	"course/tutor/sandbox"
)

// The bounds of the history of one draft: the newest versions are all kept,
// older ones once a minute, and never more than keepMost.
const (
	keepNewest = 20
	keepMost   = 100
)

// Draft implements learner.Store.
func (s *Store) Draft(ctx context.Context, key string) (learner.Draft, bool, error) {
	d, gone, err := stored(ctx, s.read, key)
	if err != nil {
		return learner.Draft{}, false, fmt.Errorf("read draft %s: %w", key, err)
	}
	if gone {
		return learner.Draft{Key: key}, false, nil
	}
	return d, true, nil
}

// PutDraft implements learner.Store.
func (s *Store) PutDraft(ctx context.Context, d learner.Draft, base int) (learner.Draft, error) {
	var saved learner.Draft
	var met bool // another version
	err := s.change(ctx, func(tx *sql.Tx) error {
		old, gone, err := stored(ctx, tx, d.Key)
		if err != nil {
			return err
		}
		switch {
		case !gone && same(old, d) && (len(d.Starter) == 0 || slices.Equal(d.Starter, old.Starter)):
			saved = old
			return nil
		case base == old.Version && !gone, base == 0 && gone:
			saved, err = s.replace(ctx, tx, old, gone, d)
			return err
		}
		saved, met = old, true
		if gone {
			saved = learner.Draft{Key: d.Key}
		}
		return s.keepBoth(ctx, tx, saved, d)
	})
	if err != nil {
		return learner.Draft{}, fmt.Errorf("save draft %s: %w", d.Key, err)
	}
	if met {
		return saved, learner.ErrConflict
	}
	return saved, nil
}

// DeleteDraft implements learner.Store.
func (s *Store) DeleteDraft(ctx context.Context, key string) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		old, gone, err := stored(ctx, tx, key)
		if err != nil || gone {
			return err
		}
		if err := s.keep(ctx, tx, old, learner.Deleted); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE draft SET gone = 1, files = '[]', answers = '{}', input = '', starter = '[]', updated = ? WHERE key = ?`, s.now().UnixMilli(), key)
		return err
	})
	if err != nil {
		return fmt.Errorf("delete draft %s: %w", key, err)
	}
	return nil
}

// History implements learner.Store.
func (s *Store) History(ctx context.Context, key string) ([]learner.Kept, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT version, files, answers, input, updated, why FROM draft_history WHERE key = ? ORDER BY id DESC`, key)
	if err != nil {
		return nil, fmt.Errorf("read history of %s: %w", key, err)
	}
	defer rows.Close()
	kept := []learner.Kept{}
	for rows.Next() {
		k := learner.Kept{Draft: learner.Draft{Key: key}}
		if err := scan(rows, &k.Draft, &k.Why); err != nil {
			return nil, fmt.Errorf("read history of %s: %w", key, err)
		}
		kept = append(kept, k)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read history of %s: %w", key, err)
	}
	return kept, nil
}

// replace saves d over old, which goes to the history.
func (s *Store) replace(ctx context.Context, tx *sql.Tx, old learner.Draft, gone bool, d learner.Draft) (learner.Draft, error) {
	if !gone {
		if err := s.keep(ctx, tx, old, learner.Replaced); err != nil {
			return d, err
		}
	}
	if len(d.Starter) == 0 {
		d.Starter = old.Starter
	}
	d.Version, d.Updated = old.Version+1, s.now().Truncate(time.Millisecond).UTC()
	text, err := encode(d)
	if err != nil {
		return d, err
	}
	starter, err := json.Marshal(d.Starter)
	if err != nil {
		return d, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO draft (key, version, files, answers, input, starter, updated) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET version = excluded.version, files = excluded.files, answers = excluded.answers, input = excluded.input, starter = excluded.starter, updated = excluded.updated, gone = 0`,
		d.Key, d.Version, text.files, text.answers, text.input, string(starter), d.Updated.UnixMilli())
	return d, err
}

// keepBoth puts both sides of a conflict in the history: the stored one may be
// saved over as soon as the learner has chosen.
func (s *Store) keepBoth(ctx context.Context, tx *sql.Tx, other, mine learner.Draft) error {
	if other.Version > 0 {
		if err := s.keep(ctx, tx, other, learner.Conflict); err != nil {
			return err
		}
	}
	mine.Version, mine.Updated = 0, s.now()
	return s.keep(ctx, tx, mine, learner.Conflict)
}

// keep puts d in the history and thins it to its bounds. A text that the
// newest entry holds already is not kept twice.
func (s *Store) keep(ctx context.Context, tx *sql.Tx, d learner.Draft, why learner.Why) error {
	text, err := encode(d)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO draft_history (key, version, files, answers, updated, why, input) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
		WHERE NOT EXISTS (SELECT 1 FROM (SELECT files, answers, input, why FROM draft_history WHERE key = ?1 ORDER BY id DESC LIMIT 2)
			WHERE files = ?3 AND answers = ?4 AND input = ?7 AND why = ?6)`,
		d.Key, d.Version, text.files, text.answers, d.Updated.UnixMilli(), why, text.input)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM draft_history WHERE key = ?1 AND (
		id NOT IN (SELECT id FROM draft_history WHERE key = ?1 ORDER BY id DESC LIMIT ?3)
		OR why = 'replaced'
			AND id NOT IN (SELECT id FROM draft_history WHERE key = ?1 ORDER BY id DESC LIMIT ?2)
			AND id NOT IN (SELECT max(id) FROM draft_history WHERE key = ?1 AND why = 'replaced' GROUP BY updated / 60000))`,
		d.Key, keepNewest, keepMost)
	return err
}

// change runs f in a transaction of the one writer.
func (s *Store) change(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// querier is a pool or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// stored reads the draft of key. Gone means that there is none; its version is
// then the last one that was used.
func stored(ctx context.Context, q querier, key string) (d learner.Draft, gone bool, err error) {
	d.Key = key
	row := q.QueryRowContext(ctx, `SELECT version, files, answers, input, updated, starter, gone FROM draft WHERE key = ?`, key)
	var starter string
	err = scan(row, &d, &starter, &gone)
	if errors.Is(err, sql.ErrNoRows) {
		return d, true, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(starter), &d.Starter)
	}
	return d, gone, err
}

// scan reads the columns version, files, answers, input, updated and those after
// it.
func scan(row interface{ Scan(...any) error }, d *learner.Draft, more ...any) error {
	var text columns
	var updated int64
	if err := row.Scan(append([]any{&d.Version, &text.files, &text.answers, &text.input, &updated}, more...)...); err != nil {
		return err
	}
	d.Updated = time.UnixMilli(updated).UTC()
	if text.input != "" {
		if err := json.Unmarshal([]byte(text.input), &d.Input); err != nil {
			return err
		}
	}
	return errors.Join(json.Unmarshal([]byte(text.files), &d.Files), json.Unmarshal([]byte(text.answers), &d.Answers))
}

// columns hold the texts of a draft in JSON; no input is "".
type columns struct {
	files, answers, input string
}

// encode turns the texts of d into columns.
func encode(d learner.Draft) (columns, error) {
	if d.Files == nil {
		d.Files = []sandbox.File{}
	}
	if d.Answers == nil {
		d.Answers = map[string]string{}
	}
	files, err1 := json.Marshal(d.Files)
	answers, err2 := json.Marshal(d.Answers)
	var input []byte
	var err3 error
	if d.Input != nil {
		input, err3 = json.Marshal(d.Input)
	}
	return columns{string(files), string(answers), string(input)}, errors.Join(err1, err2, err3)
}

// same says whether two drafts hold the same text.
func same(a, b learner.Draft) bool {
	return slices.Equal(a.Files, b.Files) && maps.Equal(a.Answers, b.Answers) && sameInput(a.Input, b.Input)
}

func sameInput(a, b *learner.Input) bool {
	return a == b || a != nil && b != nil && *a == *b
}
