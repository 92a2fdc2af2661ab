// Package sqlite keeps drafts and progress in one SQLite file.
//
// It owns rows and migrations and refuses rules: that a lesser state of
// progress does not replace a greater one is the only one it holds, since that
// must be atomic. It may import learner and sandbox; only cmd/tutor and tests
// may import it.
//
// The file is in write-ahead mode with full synchronisation, so what was
// answered is on the disk. One connection writes, a few read beside it.
// Several processes may have the same file open.
package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"course/tutor/learner"
)

//go:embed migrations/*.sql
var migrations embed.FS

// readers is how many connections read beside the one that writes.
const readers = 4

// Store is one open file. It is a learner.Store and safe for concurrent use.
type Store struct {
	write *sql.DB
	read  *sql.DB
	now   func() time.Time
}

var _ learner.Store = (*Store)(nil)

// Open opens the store at path, and makes it (readable by its owner only) or
// brings it up to date where needed. A file that a newer tutor has changed is
// refused.
func Open(ctx context.Context, path string) (*Store, error) {
	if err := create(path); err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	s := &Store{now: time.Now}
	var err error
	if s.write, err = connect(path, 1, "&_txlock=immediate"); err == nil {
		err = migrate(ctx, s.write)
	}
	if err == nil {
		s.read, err = connect(path, readers, "&_pragma=query_only(1)")
	}
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, errors.Join(err, s.Close()))
	}
	return s, nil
}

// Close closes the file. A store that never opened closes too.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// create makes the file itself, because SQLite would make it readable for all
// and its companions take over the mode of the file.
func create(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// connect opens a pool of n connections.
func connect(path string, n int, more string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	abs = filepath.ToSlash(abs)
	if abs[0] != '/' { // C:/...
		abs = "/" + abs
	}
	name := (&url.URL{Scheme: "file", Path: abs}).String() +
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)" + more
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// tries is how often a migration is begun that others stand in the way of.
const tries = 20

// migrate brings the schema up to date. When several processes do so at once,
// those that come second fail and find the work done some time later: a reader
// that wants to write while another writes is told so at once, whatever the
// busy_timeout is.
func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	for try := range tries {
		if _, err = p.Up(ctx); err == nil {
			return refuseNewer(ctx, p)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(try) * 10 * time.Millisecond):
		}
	}
	return fmt.Errorf("bring the schema up to date: %w", err)
}

// refuseNewer refuses a file with migrations that this program does not know.
func refuseNewer(ctx context.Context, p *goose.Provider) error {
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	sources := p.ListSources()
	if known := sources[len(sources)-1].Version; have > known {
		return fmt.Errorf("the file was written by a newer tutor (schema %d, this one knows %d): update tutor, or use another data folder", have, known)
	}
	return nil
}
