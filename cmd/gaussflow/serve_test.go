//go:build unix

package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestServe: the program serves a model, protected by a token, until it is interrupted, and then exits with code 0.
func TestServe(t *testing.T) {
	folder, err := moons()
	noFault(t, err)
	hear()
	c := exec.Command("gaussflow", "serve", "two="+filepath.Join(folder, "moons.gflow"), "--addr", "127.0.0.1:0", "--log-requests")
	c.Env = append(os.Environ(), "GAUSSFLOW_TOKEN=secret")
	out, err := c.StderrPipe()
	noFault(t, err)
	noFault(t, c.Start())
	log := bufio.NewReader(out)
	line, err := log.ReadString('\n')
	noFault(t, err)
	url := regexp.MustCompile(`url=(\S+)`).FindStringSubmatch(line)
	if url == nil {
		t.Fatalf("it says %q, want where it is ready", line)
	}
	for token, want := range map[string]int{"secret": http.StatusOK, "other": http.StatusUnauthorized} {
		r, err := http.NewRequest(http.MethodPost, url[1]+"/v1/models/two/score", strings.NewReader(`{"x1":0.5,"x2":0.25}`))
		noFault(t, err)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err := http.DefaultClient.Do(r)
		noFault(t, err)
		text, err := io.ReadAll(answer.Body)
		noFault(t, err)
		answer.Body.Close()
		if answer.StatusCode != want || want == http.StatusOK && !strings.Contains(string(text), "log_prob") {
			t.Errorf("with token %s: %d %s", token, answer.StatusCode, text)
		}
	}
	noFault(t, c.Process.Signal(os.Interrupt))
	rest, err := io.ReadAll(log)
	noFault(t, err)
	if err = c.Wait(); err != nil {
		t.Errorf("it ends with %v, want success: %s", err, rest)
	}
	if got := string(rest); strings.Count(got, "path=/v1/models/two/score") != 2 || strings.Contains(got, "0.25") {
		t.Errorf("log: %s", got)
	}
}

func noFault(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
