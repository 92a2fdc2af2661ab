// Package static holds the bytes that a browser loads: scripts, styles and
// fonts, and how they are built.
//
// It owns the TypeScript sources (src), the style sheets (css), the fonts and
// the bundles made of them (dist), which are committed so that nobody needs
// Node to run the product. `go run ./static/build` makes them anew.
//
// It refuses everything that is written per request: markup is page's.
//
// Its invariant: what is in dist is what the sources say, under stable names;
// the version is in the query of the URL.
//
// It imports none of our rooms. page, site and publish may import it.
package static
