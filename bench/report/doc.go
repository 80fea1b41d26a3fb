// Report measures everything that package bench describes beside what a user would pick instead (bench/peers), and
// writes bench/RESULTS.md, bench/results.json and bench/results.png.
//
//	go run ./bench/report [-only REGEXP] [-rounds N] [-quick] [-threads LIST] [-limit DURATION] [-python PATH]
//
// Contestants of a case run interleaved, A B C A B C …, each lap long enough for the clock; a figure is the median of
// the laps. What compiles is run beforehand and its time reported by itself. A peer that is not installed is a row that
// says so.
package main
