package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"gaussflow/graph/kernel"
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
	limit   time.Duration // the longest time for a peer's answer
	threads []int         // numbers of threads of the peers; 0 for their default
	out     string
	keep    bool
	held    bool // restrict the peers to the instruction set of our kernels
}

func parse(args []string) (o options, err error) {
	f := flag.NewFlagSet("report", flag.ContinueOnError)
	f.IntVar(&o.rounds, "rounds", 11, "laps of each contestant whose figure a target is set for, and the most of any other")
	f.BoolVar(&o.quick, "quick", false, "short laps, three rounds, small tables: to see that it works")
	f.StringVar(&o.python, "python", "", "Python with the peers (default: bench/peers/.venv/bin/python, then python3)")
	f.DurationVar(&o.limit, "limit", 2*time.Minute, "the longest that a peer may take to answer or to make a whole run, compilation included")
	f.StringVar(&o.out, "out", "bench", "folder for RESULTS.md, results.json and the figures; other kinds of processors stay in them as they are")
	threads := f.String("threads", fmt.Sprint("0,", runtime.NumCPU()), "numbers of threads of the peers; 0 is their own choice, and where that is all cores they are not asked for all again")
	f.BoolVar(&o.keep, "keep", false, "what -only leaves out stays as results.json has it of this kind of processor, case by case")
	f.BoolVar(&o.held, "hold-peers", false, "hold the peers to the instruction set of our kernels, which "+kernel.SetVariable+" chooses; else they use what the processor has")
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

// numbers parses a list of numbers separated by commas, none negative.
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
	if err := kernel.CheckSet(); err != nil {
		return err
	}
	m := newMeter(o)
	defer m.close()
	peers := ""
	if o.held {
		peers = kernel.Set()
		if m.environment, err = holding(peers); err != nil {
			return err
		}
	}
	all, err := readResults(o.out)
	if err != nil {
		return err
	}
	r := &report{Machine: describeMachine(peers), Rounds: o.rounds, Quick: o.quick}
	old := o.kept(all, r.Machine.kind())
	for name, version := range old.Versions {
		m.versions[name] = version
	}
	for _, s := range sections {
		fmt.Fprintln(os.Stderr, s.title)
		start := time.Now()
		done, err := s.measure(m, r)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		done.Name, done.Title = s.name, s.title
		if len(done.Cases)+len(done.Notes) > 0 {
			done.Commit = r.Machine.Commit
			r.Sections = append(r.Sections, done.over(old.section(s.name)))
			fmt.Fprintf(os.Stderr, "%s: %.0f s\n", s.title, time.Since(start).Seconds())
		} else if before := old.section(s.name); before != nil {
			r.Sections = append(r.Sections, *before)
		}
		r.Versions = m.versions
		if err := all.write(o.out, r); err != nil { // after each section, so that an interrupted run keeps what it measured
			return err
		}
	}
	return nil
}

// kept is the report of a kind whose sections are kept; empty without -keep.
func (o options) kept(all *results, kind string) (old report) {
	before := all.of(kind)
	if !o.keep || before == nil {
		return old
	}
	old = *before
	old.Sections = slices.Clone(old.Sections)
	for i := range old.Sections {
		if old.Sections[i].Commit == "" {
			old.Sections[i].Commit = old.Machine.Commit
		}
	}
	return old
}
