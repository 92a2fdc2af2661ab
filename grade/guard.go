package grade

import (
	"slices"
	"strings"

	"course/tutor/exercises"
	"course/tutor/modules"
)

// guardedKinds are the kinds whose evidence comes from the learner's process.
var guardedKinds = map[string]Seal{
	"build": Sealed, "io": Sealed, "call": Sealed, "cpu": Sealed,
	"trace": Guarded, "predict": Guarded,
}

// sealOf says how far a kind of check can be trusted. It is computed, never
// written by an author.
func sealOf(kind string) Seal {
	if seal, ok := guardedKinds[kind]; ok {
		return seal
	}
	return Advisory
}

// denied are the packages through which a learner's code could reach our
// descriptors, the trace or the runtime's own state. Package reflect is one of
// them: with it one reaches any memory without naming package unsafe.
const denied = `unsafe reflect syscall plugin embed expvar
os os/exec os/signal os/user io/ioutil log/syslog
net net/http net/http/cgi net/http/cookiejar net/http/fcgi net/http/httptest net/http/httptrace
net/http/httputil net/http/pprof net/mail net/netip net/rpc net/rpc/jsonrpc net/smtp net/textproto net/url
runtime/cgo runtime/coverage runtime/debug runtime/pprof runtime/race runtime/trace
testing testing/cryptotest testing/fstest testing/iotest testing/quick testing/slogtest testing/synctest`

// ours are our own packages that are compiled with a learner's. Nobody has
// business with them but our own code.
const ours = "tutor/probe tutor/judge tutor/run tutor/crash tutor/tracer tutor/trace"

const traceImport = "runtime/trace"

// guarded says whether any check of ex takes evidence from the learner's
// process. Its learners' packages are then guarded in every check, so that all
// checks judge the same program.
func guarded(ex *exercises.Exercise) bool {
	return slices.ContainsFunc(ex.Checks, func(c exercises.Check) bool { return sealOf(c.Kind) == Guarded })
}

// importPolicy is what the learner's package may not import, and what its
// imports are replaced by.
func importPolicy(ex *exercises.Exercise) (deny []string, replace map[string]string) {
	deny = append(strings.Fields(ours), ex.Deny...)
	if guarded(ex) {
		// The vendored modules use some of these.
		deny = slices.Concat(deny, strings.Fields(denied), modules.Vendored().Allowed())
	}
	deny = slices.DeleteFunc(deny, func(path string) bool { return slices.Contains(ex.Allow, path) })
	if guarded(ex) && slices.Contains(ex.Allow, traceImport) {
		replace = map[string]string{traceImport: "tutor/trace"}
	}
	return deny, replace
}
