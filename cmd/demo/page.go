package main

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"gaussflow/internal/files"
)

//go:embed page.html.tmpl
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

type pageFigure struct {
	Title, Caption string
	Data           template.URL
}

// writePage writes index.html, which needs no other file.
func (e *experiment) writePage(path string, figures []figure) error {
	page := struct {
		Report  report
		Numbers []keyNumber
		Tables  []tableOf
		Figures []pageFigure
	}{Report: e.report, Numbers: e.keyNumbers(), Tables: e.tables()}
	for _, f := range figures {
		data := "data:image/png;base64," + base64.StdEncoding.EncodeToString(f.png)
		page.Figures = append(page.Figures, pageFigure{f.title, f.caption, template.URL(data)})
	}
	return files.Replace(path, func(w io.Writer) error { return pageTemplate.Execute(w, page) })
}

// keyNumber is one of the numbers at the top of the page.
type keyNumber struct{ Value, Meaning string }

func (e *experiment) keyNumbers() []keyNumber {
	at := e.report.Equivalence.AtInit
	numbers := []keyNumber{
		{scientific(at.Push.Max), "largest ‖Δz‖ at the warm start"},
		{scientific(at.LogProb.Max), "largest |Δ log p| at the warm start, nats"},
		{scientific(e.report.RoundTrip.CouplingTrained.Max), "largest round-trip error of the trained flow"},
	}
	if h := e.report.CouplingTrained.Heldout; h != nil && e.truth.Heldout != nil {
		gap := fmt.Sprintf("%.3f", *e.truth.Heldout-*h)
		numbers = append(numbers, keyNumber{gap, "nats a held-out row between the trained flow and the truth"})
	}
	return numbers
}
