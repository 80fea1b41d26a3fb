package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

func main() {
	if work := os.Getenv(childVariable); work != "" {
		exit(beChild(work))
	}
	exit(run(os.Args[1:]))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// options are the command line.
type options struct {
	rounds  int
	only    *regexp.Regexp
	quick   bool
	python  string
	limit   time.Duration // for a peer's answer
	threads []int         // of the peers; 0 is their own choice
	out     string
	keep    bool
}

func parse(args []string) (o options, err error) {
	f := flag.NewFlagSet("report", flag.ContinueOnError)
	f.IntVar(&o.rounds, "rounds", 11, "laps of each contestant whose figure a target is set for, and the most of any other")
	f.BoolVar(&o.quick, "quick", false, "short laps, three rounds, small tables: to see that it works")
	f.StringVar(&o.python, "python", "", "Python with the peers (default: bench/peers/.venv/bin/python, then python3)")
	f.DurationVar(&o.limit, "limit", 2*time.Minute, "the longest that a peer may take to answer or to make a whole run, compilation included")
	f.StringVar(&o.out, "out", "bench", "folder for RESULTS.md, results.json, results.png and linear.png")
	threads := f.String("threads", fmt.Sprint("0,", runtime.NumCPU()), "numbers of threads of the peers; 0 is their own choice, and where that is all cores they are not asked for all again")
	f.BoolVar(&o.keep, "keep", false, "what -only leaves out stays as results.json has it, section by section")
	only := f.String("only", "", "regular expression on section/case, as step/wide")
	if err = f.Parse(args); err != nil {
		return o, err
	}
	if o.rounds < 1 {
		return o, fmt.Errorf("-rounds = %d, want ≥ 1", o.rounds)
	}
	if o.threads, err = numbers(*threads); err != nil {
		return o, fmt.Errorf("-threads: %w", err)
	}
	if o.only, err = regexp.Compile(*only); err != nil {
		return o, fmt.Errorf("-only: %w", err)
	}
	if o.quick {
		o.rounds = min(o.rounds, 3)
	}
	return o, nil
}

// numbers are those of a list with commas, none negative.
func numbers(list string) (out []int, err error) {
	for word := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 0 {
			return nil, fmt.Errorf("got %q, want numbers ≥ 0 with commas between", list)
		}
		out = append(out, n)
	}
	return out, nil
}

func run(args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	m := newMeter(o)
	defer m.close()
	r := &report{Machine: describeMachine(), Rounds: o.rounds, Quick: o.quick}
	old, err := o.kept()
	if err != nil {
		return err
	}
	for name, version := range old.Versions {
		m.versions[name] = version
	}
	for _, s := range sections {
		fmt.Fprintln(os.Stderr, s.title)
		done, err := s.measure(m, r)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		done.Name, done.Title = s.name, s.title
		if len(done.Cases)+len(done.Notes) > 0 {
			done.Commit = r.Machine.Commit
			r.Sections = append(r.Sections, done)
		} else if before := old.section(s.name); before != nil {
			r.Sections = append(r.Sections, *before)
		}
		r.Versions = m.versions
		if err := r.write(o.out); err != nil { // section by section: a run that is broken off has what it measured
			return err
		}
	}
	return nil
}

// kept is the report to keep sections of, empty without -keep.
func (o options) kept() (old report, err error) {
	if !o.keep {
		return old, nil
	}
	data, err := os.ReadFile(filepath.Join(o.out, "results.json"))
	if err != nil {
		return old, fmt.Errorf("-keep: %w", err)
	}
	if err := json.Unmarshal(data, &old); err != nil {
		return old, fmt.Errorf("-keep: results.json: %w", err)
	}
	for i := range old.Sections {
		if old.Sections[i].Commit == "" {
			old.Sections[i].Commit = old.Machine.Commit
		}
	}
	return old, nil
}

// write stores the files.
func (r *report) write(dir string) error {
	data, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "results.json"), append(data, '\n'), 0o644); err != nil {
		return err
	}
	charted, err := r.draw(filepath.Join(dir, "results.png"))
	if err != nil {
		return err
	}
	if err := r.drawGrowths(filepath.Join(dir, growthFigure)); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "RESULTS.md"), []byte(r.markdown(charted)), 0o644)
}
