// Dependence tests package info on rows for which the true values are known: how large the mean error of its measures is, whether
// their standard errors match their scatter, how often their intervals contain the true value, how often a test rejects a true
// hypothesis, and how long it takes.
//
//	go run ./examples/dependence                 # 20 draws of each line
//	go run ./examples/dependence -draws 200      # enough to judge intervals; an hour
//	go run ./examples/dependence -only 'normal pair'
//
// peers.py prints the same for scikit-learn's nearest neighbours and for the RBIG library; its first lines say how.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"time"

	"gaussflow/info"
)

func main() {
	draws := flag.Int("draws", 20, "samples of each line")
	only := flag.String("only", "", "lines whose name matches this regular expression")
	flag.Parse()
	if err := run(os.Stdout, *draws, *only); err != nil {
		log.Fatal(err)
	}
}

func run(w io.Writer, draws int, only string) error {
	match, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	all := studies()
	shapes, err := shapeStudies(match.MatchString)
	if err != nil {
		return err
	}
	all = append(append(all, shapes...), webStudies(match.MatchString)...)
	slices.SortStableFunc(all, func(a, b study) int { return cmp.Compare(a.name[:2], b.name[:2]) })
	fmt.Fprintf(w, "%d draws of each\n", draws)
	fmt.Fprintf(w, "%-52s %8s %9s %8s %8s %8s %6s %8s %s\n", "", "truth", "error", "scatter", "SE", "within", "holds", "rejects", "seconds")
	for _, s := range all {
		if !match.MatchString(s.name) {
			continue
		}
		line, err := s.line(draws)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Fprintln(w, line)
	}
	if !match.MatchString("seconds") {
		return nil
	}
	return timings(w)
}

// line runs a study and formats the result.
func (s study) line(draws int) (string, error) {
	var sum, squares, se, seconds float64
	holds, rejects := 0, 0
	for i := range draws {
		rng := rand.New(rand.NewPCG(uint64(i), 1))
		begin := time.Now()
		if s.estimate != nil {
			e, err := s.estimate(rng)
			if err != nil {
				return "", err
			}
			seconds += time.Since(begin).Seconds()
			off := e.Value - s.truth
			sum, squares, se = sum+off, squares+off*off, se+e.SE
			if e.Lo <= s.truth && s.truth <= e.Hi {
				holds++
			}
		}
		if s.p != nil {
			p, err := s.p(rng)
			if err != nil {
				return "", err
			}
			if p <= 0.05 {
				rejects++
			}
		}
	}
	n := float64(draws)
	mean := sum / n
	within := s.within
	if within == 0 {
		within = se / n
	}
	mark := " "
	if math.Abs(mean) > within {
		mark = "!"
	}
	rejected := "–"
	if s.p != nil {
		rejected = fmt.Sprintf("%.1f %%", 100*float64(rejects)/n)
	}
	if s.estimate == nil {
		return fmt.Sprintf("%-52s %62s", s.name, rejected), nil
	}
	return fmt.Sprintf("%-52s %8.4f %+9.5f%s%8.4f %8.4f %8.4f %4.0f %% %8s %.3f", s.name, s.truth, mean, mark,
		math.Sqrt(max(squares/n-mean*mean, 0)*n/max(n-1, 1)), se/n, within, 100*float64(holds)/n, rejected, seconds/n), nil
}

// timings are for the two sizes that the RBIG library's notes mention, the best of three.
func timings(w io.Writer) error {
	for _, size := range [][2]int{{3000, 5}, {6000, 8}} {
		for _, nu := range []float64{math.Inf(1), 5} {
			best := math.Inf(1)
			for i := range 3 {
				x := law{equicorrelated(size[1], 0.5), nu, 1, 0}.draw(size[0], rand.New(rand.NewPCG(uint64(i), 2)))
				begin := time.Now()
				s, err := info.Of(x, info.Config{})
				if err != nil {
					return err
				}
				if _, err := s.TotalCorrelation(); err != nil {
					return err
				}
				best = min(best, time.Since(begin).Seconds())
			}
			fmt.Fprintf(w, "TC of %d × %d, ν = %g: %.3f seconds\n", size[0], size[1], nu, best)
		}
	}
	return nil
}
