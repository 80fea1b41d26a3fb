package report_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gaussflow/report"
)

// TestBrowser opens a page from disk in a real browser, light and dark, and fails on anything it logs to its console.
func TestBrowser(t *testing.T) {
	browser := findBrowser(t)
	x := moons(400)
	raw := write(t, report.Input{Model: fit(t, []string{"x1", "x2"}, x), Rows: x, Name: "moons"})
	for _, scheme := range []string{"0", "1"} { // dark and light colour scheme
		dom, console := open(t, browser, raw, "--blink-settings=preferredColorScheme="+scheme)
		if console != "" {
			t.Errorf("colour scheme %s: the console says:\n%s", scheme, console)
		}
		if got, want := strings.Count(dom, "<svg"), strings.Count(string(raw), "<svg"); got != want || !strings.Contains(dom, "</footer>") {
			t.Errorf("colour scheme %s: the browser has %d of %d figures", scheme, got, want)
		}
	}
	// The test itself must be able to fail: logged lines and exceptions of a page are noticed.
	for _, bad := range []string{`<script>console.error("broken")</script>`, `<script>missing()</script>`} {
		if _, console := open(t, browser, []byte("<!DOCTYPE html><p>"+bad)); console == "" {
			t.Errorf("the browser logs nothing for %s", bad)
		}
	}
}

func findBrowser(t *testing.T) string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no Chromium or Chrome is installed")
	return ""
}

// open returns the document after the browser has loaded it, and the lines of the browser's console.
func open(t *testing.T, browser string, page []byte, args ...string) (dom, console string) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "page.html")
	if err := os.WriteFile(path, page, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	args = append(args, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-quic", "--user-data-dir="+filepath.Join(dir, "profile"),
		"--enable-logging=stderr", "--dump-dom", "file://"+path)
	c := exec.CommandContext(ctx, browser, args...)
	var log strings.Builder
	c.Stderr = &log
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", browser, err, log.String())
	}
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, "CONSOLE") {
			console += line
		}
	}
	return string(out), console
}
