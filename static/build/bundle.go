package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// bundle gives every file of dist by name.
func bundle(dir string) (map[string][]byte, error) {
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); err != nil {
		return nil, fmt.Errorf("no node_modules in %s: run `npm ci` there first (only needed to build bundles)", dir)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", dir, err)
	}
	files := make(map[string][]byte)
	for _, step := range []func(string) (map[string][]byte, error){scripts, styles, pictures, licences, sources} {
		made, err := step(abs)
		if err != nil {
			return nil, err
		}
		maps.Copy(files, made)
	}
	return files, nil
}

// scripts bundles each entry into one classic script: classic, since an
// exported page is opened from file://, where browsers refuse modules.
func scripts(dir string) (map[string][]byte, error) {
	files := make(map[string][]byte)
	for name, global := range map[string]string{"theme": "", "app": "", "editor": "tutorEditor", "trace": "tutorTrace"} {
		result := api.Build(api.BuildOptions{
			EntryPoints:       []string{filepath.Join(dir, "src", name+".ts")},
			AbsWorkingDir:     dir,
			Outdir:            filepath.Join(dir, "dist"),
			Bundle:            true,
			Format:            api.FormatIIFE,
			GlobalName:        global,
			Target:            api.ES2022,
			Charset:           api.CharsetUTF8,
			LegalComments:     api.LegalCommentsNone, // licences.txt has them in full
			MinifyWhitespace:  true,
			MinifyIdentifiers: true,
			MinifySyntax:      true,
			Plugins:           []api.Plugin{adoptStyles()},
		})
		if err := collect(files, result); err != nil {
			return nil, fmt.Errorf("bundle %s.ts: %w", name, err)
		}
	}
	return files, nil
}

// adoptStyles makes the editor's style-mod use constructed style sheets in
// the document as it does in a shadow root. Its <style> elements would need a
// nonce in the content security policy.
func adoptStyles() api.Plugin {
	const cond = "!root.head && root.adoptedStyleSheets"
	return api.Plugin{Name: "adopt-styles", Setup: func(b api.PluginBuild) {
		b.OnLoad(api.OnLoadOptions{Filter: `style-mod\.js$`}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			text, err := os.ReadFile(args.Path)
			if err != nil {
				return api.OnLoadResult{}, fmt.Errorf("read style-mod: %w", err)
			}
			if bytes.Count(text, []byte(cond)) != 1 {
				return api.OnLoadResult{}, errors.New("style-mod changed: the condition to patch is not there once")
			}
			patched := strings.Replace(string(text), cond, "root.adoptedStyleSheets", 1)
			return api.OnLoadResult{Contents: &patched, Loader: api.LoaderJS}, nil
		})
	}}
}

// styles bundles the style sheets into tutor.css and copies the fonts they
// name, with the version of each in its URL.
func styles(dir string) (map[string][]byte, error) {
	files := make(map[string][]byte)
	err := collect(files, api.Build(api.BuildOptions{
		EntryPoints:      []string{filepath.Join(dir, "css", "tutor.css")},
		AbsWorkingDir:    dir,
		Outdir:           filepath.Join(dir, "dist"),
		Bundle:           true,
		Charset:          api.CharsetUTF8,
		AssetNames:       "[name]",
		Loader:           map[string]api.Loader{".woff2": api.LoaderFile},
		MinifyWhitespace: true,
		MinifySyntax:     true,
		Engines:          []api.Engine{{Name: api.EngineChrome, Version: "115"}, {Name: api.EngineFirefox, Version: "117"}, {Name: api.EngineSafari, Version: "16.5"}},
	}))
	if err != nil {
		return nil, fmt.Errorf("bundle tutor.css: %w", err)
	}
	css := string(files["tutor.css"])
	for name, data := range files {
		if strings.HasSuffix(name, ".woff2") {
			css = strings.ReplaceAll(css, "./"+name, name+"?v="+version(data))
		}
	}
	files["tutor.css"] = []byte(css)
	return files, nil
}

// pictures copies the pictures that markup names.
func pictures(dir string) (map[string][]byte, error) {
	files := make(map[string][]byte)
	entries, err := os.ReadDir(filepath.Join(dir, "img"))
	if err != nil {
		return nil, fmt.Errorf("list pictures: %w", err)
	}
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(dir, "img", entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("read picture: %w", err)
		}
		files[entry.Name()] = data
	}
	return files, nil
}

// collect takes the files of a build; messages of the build are its error.
func collect(files map[string][]byte, result api.BuildResult) error {
	var problems []error
	for _, m := range append(result.Errors, result.Warnings...) {
		where := ""
		if m.Location != nil {
			where = fmt.Sprintf("%s:%d: ", m.Location.File, m.Location.Line)
		}
		problems = append(problems, errors.New(where+m.Text))
	}
	for _, f := range result.OutputFiles {
		files[filepath.Base(f.Path)] = f.Contents
	}
	return errors.Join(problems...)
}

// version is what static.URL puts behind ?v=.
func version(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])[:10]
}

// gzipped is the size of data as a server sends it.
func gzipped(data []byte) int {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = w.Write(data) // a bytes.Buffer never fails
	_ = w.Close()
	return b.Len()
}
