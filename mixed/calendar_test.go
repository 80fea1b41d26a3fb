package mixed_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gaussflow/columns"
	"gaussflow/graph/safetensors"
	"gaussflow/mixed"
)

// rides are the hours of a year: the time, its hour and its day of the month, and the number of rides, which depends on the
// hour and on whether it was a weekend.
var ridesSchema = columns.Schema{Columns: []columns.Column{
	{Name: "day", Kind: columns.Grid, Min: 1, Max: 31, Step: 1},
	{Name: "hour", Kind: columns.Grid, Min: 0, Max: 23, Step: 1},
	{Name: "rides", Kind: columns.Numbers},
	{Name: "time", Kind: columns.Time, Min: float64(newYear.Unix()), Max: float64(newYear.Unix() + 3600*(365*24-1)), Step: 3600},
}}

var newYear = time.Date(2013, 1, 1, 0, 0, 0, 0, time.UTC)

// ridesNoise is the standard deviation of rides, given the time.
const ridesNoise = 2

func rides(n int, seed uint64) *mat.Dense {
	r := rng(seed)
	x := mat.NewDense(n, 4, nil)
	for i := range n {
		t := newYear.Add(time.Duration(r.IntN(365*24)) * time.Hour)
		x.SetRow(i, []float64{float64(t.Day()), float64(t.Hour()), expected(t) + ridesNoise*r.NormFloat64(), float64(t.Unix())})
	}
	return x
}

func expected(t time.Time) float64 {
	if t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		return 10
	}
	return 20 - 15*math.Cos(2*math.Pi*float64(t.Hour())/24)
}

var rideModel = sync.OnceValues(func() (*mixed.Model, error) {
	return mixed.Fit(context.Background(), ridesSchema, rides(1500, 1), mixed.Config{Epochs: 60, Seed: 1})
})

// TestCalendar: in most rows that are drawn, hour and day agree with the time, and log p comes near the truth: the time is
// one of 8760, hour and day follow from it, and rides are normal.
func TestCalendar(t *testing.T) {
	m, err := rideModel()
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := m.Sample(1000, rng(2))
	if err != nil {
		t.Fatal(err)
	}
	hours, days := 0, 0
	for i := range 1000 {
		at := time.Unix(int64(drawn.At(i, 3)), 0).UTC()
		if drawn.At(i, 1) == float64(at.Hour()) {
			hours++
		}
		if math.Abs(drawn.At(i, 0)-float64(at.Day())) <= 1 {
			days++
		}
	}
	if hours < 900 || days < 900 {
		t.Errorf("of 1000 rows drawn %d have the hour of their time and %d its day or one beside, want 900 or more each", hours, days)
	}
	held := rides(1000, 3)
	lp, err := m.LogProb(held)
	if err != nil {
		t.Fatal(err)
	}
	truth := -math.Log(365*24) - math.Log(ridesNoise*math.Sqrt(2*math.Pi*math.E))
	t.Logf("log p %.3f, truth %.3f; %d hours and %d days of 1000 agree", stat.Mean(lp, nil), truth, hours, days)
	if got := stat.Mean(lp, nil); got < truth-0.8 || got > truth+0.1 {
		t.Errorf("mean log p of fresh rows is %.3f, want within 0.8 nats below the truth, %.3f", got, truth)
	}
}

// TestStrangerTimes: a reader that follows docs/model-format.md alone computes the same log p for a table with times, also
// before 1970 and missing.
func TestStrangerTimes(t *testing.T) {
	// Dates of a single quarter, because for finer times the stranger's differences of erf have too few digits.
	schema := columns.Schema{Columns: []columns.Column{
		{Name: "rides", Kind: columns.Numbers},
		{Name: "date", Kind: columns.Time, Min: float64(newYear.Unix()), Max: float64(newYear.Unix() + 90*86400), Step: 86400},
	}}
	table := func(n int, seed uint64) *mat.Dense {
		r := rng(seed)
		x := mat.NewDense(n, 2, nil)
		for i := range n {
			date := newYear.AddDate(0, 0, r.IntN(91))
			x.SetRow(i, []float64{expected(date) + ridesNoise*r.NormFloat64(), float64(date.Unix())})
		}
		return x
	}
	m, err := mixed.Fit(context.Background(), schema, table(500, 1), mixed.Config{Epochs: 5, Hidden: []int{8, 8, 8}})
	if err != nil {
		t.Fatal(err)
	}
	x := table(40, 4)
	x.Set(0, 1, math.NaN())
	x.Set(1, 1, -3650*86400)
	x.Set(2, 0, math.NaN())
	agree(t, m, x)
}

// TestBeforeCalendar: a model from a version whose network read no calendars and no waves is read, computes the same bits, and is
// written unchanged.
func TestBeforeCalendar(t *testing.T) {
	m, err := mixed.Load("testdata/before_calendar.gflow")
	if err != nil {
		t.Fatal(err)
	}
	lp, err := m.LogProb(mat.NewDense(3, 2, []float64{0.5, 36000, -0.3, 7200, math.NaN(), 360000}))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{-5.938689466561236, -7.65987812005784, -5.462936711607609} {
		if math.Abs(lp[i]-want) > 1e-13 { // the last digits differ between processors
			t.Errorf("row %d: log p is %v, want %v", i, lp[i], want)
		}
	}
	file, err := safetensors.Read(bytes.NewReader(saved(t, m)))
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]json.RawMessage
	if err := json.Unmarshal([]byte(file.Metadata["model"]), &doc); err != nil || strings.Contains(file.Metadata["model"], "calendar") || strings.Contains(file.Metadata["model"], "waves") {
		t.Errorf("an old model is written with a calendar or waves (%v): %s", err, file.Metadata["model"])
	}
}
