package site

import (
	"context"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"course/tutor/page"
	"course/tutor/profile"
	"course/tutor/sandbox"
)

// profileRecord is a profile that is kept: the file, and what was read in it.
type profileRecord struct {
	id      string
	what    string
	data    []byte
	profile *profile.Profile // nil when problem says why
	problem string
}

// profileOfRun reads the profile that a run left and puts what it says into
// the result.
func (s *Server) profileOfRun(ctx context.Context, res *sandbox.Result) {
	data := res.ProfileData()
	if data == nil || res.Profile == nil || ctx.Err() != nil {
		return
	}
	rec := &profileRecord{id: res.ID, what: res.Profile.What, data: data}
	p, err := s.Profile(ctx, res.Profile, data)
	if err != nil {
		rec.problem = "The profile of this run can't be drawn: " + err.Error() + "."
		s.Log.Warn("read profile", "id", rec.id, "bytes", len(data), "err", err)
	} else {
		rec.profile = p
		res.Profile.Summary = p.Summary()
	}
	res.Profile.ID, res.Profile.Problem = rec.id, rec.problem
	for i := range res.Artifacts {
		if res.Artifacts[i].Kind == "profile" {
			res.Artifacts[i].ID = rec.id
		}
	}
	s.profiles.put(rec.id, rec, rec.size())
}

// size is about how many bytes the record takes.
func (r *profileRecord) size() int64 {
	n := len(r.data) + 4096
	if r.profile != nil {
		n += len(r.profile.Views) * (256 << 10) // all that is drawn is bounded
	}
	return int64(n)
}

// profileView is the profile of a run as a page shows it; nil for a run
// without one.
func (s *Server) profileView(res *sandbox.Result) *page.ProfileView {
	if res == nil || res.Profile == nil {
		return nil
	}
	v := &page.ProfileView{Info: res.Profile, CPU: res.Usage.CPUMS}
	if rec, ok := s.profiles.get(res.Profile.ID); ok {
		v.ID, v.Profile = rec.id, rec.profile
	} else if v.Info.Problem == "" {
		v.Gone = true
	}
	return v
}

// profileRequest names a profile by its id.
type profileRequest struct {
	ID string `param:"id" json:"-"`
}

// keptProfile finds a kept profile.
func (s *Server) keptProfile(id string) (*profileRecord, error) {
	rec, ok := s.profiles.get(id)
	if !ok {
		return nil, fail("not-found", "There is no profile %q, or it is no longer kept: profiles live in memory. Run the program again.", clip(id, maxName))
	}
	return rec, nil
}

// apiProfile is GET /api/profiles/{id}: what was read in it, with the trees
// that are drawn.
func (s *Server) apiProfile(_ context.Context, req *profileRequest) (*profile.Profile, error) {
	rec, err := s.keptProfile(req.ID)
	if err != nil {
		return nil, err
	}
	if rec.profile == nil {
		return nil, fail("unsupported", "%s", rec.problem)
	}
	return rec.profile, nil
}

// rawProfile is GET /api/profiles/{id}/raw: the file, for go tool pprof.
func (s *Server) rawProfile(c echo.Context) error {
	rec, err := s.keptProfile(c.Param("id"))
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Disposition", `attachment; filename="`+rec.what+`-`+rec.id+`.pprof"`)
	h.Set("Content-Length", strconv.Itoa(len(rec.data)))
	return c.Blob(http.StatusOK, "application/octet-stream", rec.data)
}
