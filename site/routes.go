package site

import "github.com/labstack/echo/v4"

// routes is every address that is answered. The first few are open to whoever
// names the right host; the rest, and whatever is not here, needs the learner's
// session (see guard.go).
func (s *Server) routes(e *echo.Echo) {
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = s.answerError
	e.Use(s.counted, s.recovered, headers, s.guardHost, s.session, bounded)

	e.GET("/healthz", s.health)
	e.GET("/readyz", s.ready)
	e.GET("/metrics", s.metrics)
	e.GET("/static/*", s.assets.serve)
	e.GET("/favicon.ico", s.assets.favicon)
	e.GET("/api/openapi.json", serveOpenAPI)

	e.GET("/", s.home)
	e.GET("/chapters/:slug", s.chapterPage)
	e.GET("/chapters/:slug/:section", s.chapterPage)
	e.GET("/exercises/:id", s.exercisePage)
	e.GET("/traces", s.traceList)
	e.POST("/traces", s.postTrace)
	e.GET("/traces/compare", s.compareTraces)
	e.GET("/traces/:id", s.tracePage)
	e.GET("/runs/:id/panel", s.runPanel)
	e.GET("/traces/:id/panel", s.tracePanel)
	e.GET("/verdicts/:id/panel", s.verdictPanel)
	e.POST("/chapters/:slug/run", s.postRun)
	e.POST("/chapters/:slug/:section/run", s.postRun)
	e.POST("/chapters/:slug/:section/read", s.postRead)
	e.POST("/exercises/:id/check", s.postCheck)

	e.POST("/api/runs", stream(s, s.apiRun))
	e.DELETE("/api/runs/:id", handle(s, s.apiStop))
	e.POST("/api/format", handle(s, s.apiFormat))
	e.POST("/api/diagnose", handle(s, s.apiDiagnose))
	e.POST("/api/ahead", handle(s, s.apiAhead))
	e.POST("/api/exercises/:id/checks", stream(s, s.apiCheck))
	e.POST("/api/traces", s.apiOpenTrace)
	e.GET("/api/traces/:id", handle(s, s.apiTrace))
	e.GET("/api/traces/:id/raw", s.rawTrace)
	e.GET("/api/traces/:id/timeline", s.traceTimeline)
	e.GET("/api/profiles/:id", handle(s, s.apiProfile))
	e.GET("/api/profiles/:id/raw", s.rawProfile)
	e.GET("/api/drafts/*", handle(s, s.apiDraft))
	e.PUT("/api/drafts/*", handle(s, s.apiPutDraft))
	e.DELETE("/api/drafts/*", handle(s, s.apiDeleteDraft))
	e.GET("/api/history/*", handle(s, s.apiHistory))
	e.GET("/api/modules/*", s.module)
	e.GET("/api/progress", handle(s, s.apiProgress))
	e.PUT("/api/progress/*", handle(s, s.apiPutProgress))
}

// open says whether a route needs no session: it holds nothing of the learner.
func open(route string) bool {
	switch route {
	case "/healthz", "/readyz", "/metrics", "/static/*", "/favicon.ico", "/api/openapi.json":
		return true
	}
	return false
}
