package sqlite

import (
	"context"
	"fmt"
	"time"

	"course/tutor/learner"
)

// Progress implements learner.Store.
func (s *Store) Progress(ctx context.Context) (map[string]learner.Progress, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT key, state, points, max_points, attempts, updated FROM progress`)
	if err != nil {
		return nil, fmt.Errorf("read progress: %w", err)
	}
	defer rows.Close()
	all := map[string]learner.Progress{}
	for rows.Next() {
		var p learner.Progress
		var updated int64
		if err := rows.Scan(&p.Key, &p.State, &p.Points, &p.MaxPoints, &p.Attempts, &updated); err != nil {
			return nil, fmt.Errorf("read progress: %w", err)
		}
		p.Updated = time.UnixMilli(updated).UTC()
		all[p.Key] = p
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read progress: %w", err)
	}
	return all, nil
}

// SetProgress implements learner.Store. The rule that a lesser state does not
// replace a greater one is in the statement, so that it holds between
// processes too.
func (s *Store) SetProgress(ctx context.Context, p learner.Progress) error {
	_, err := s.write.ExecContext(ctx, `INSERT INTO progress (key, state, points, max_points, attempts, updated) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET
			state = CASE WHEN state IN ('passed', 'read') AND excluded.state IN ('tried', 'untouched') THEN state
				WHEN state = 'tried' AND excluded.state = 'untouched' THEN state ELSE excluded.state END,
			points = max(points, excluded.points), max_points = excluded.max_points, attempts = attempts + excluded.attempts, updated = excluded.updated`,
		p.Key, p.State, p.Points, p.MaxPoints, p.Attempts, s.now().UnixMilli())
	if err != nil {
		return fmt.Errorf("record progress of %s: %w", p.Key, err)
	}
	return nil
}
