package main

import (
	_ "embed"
	"encoding/base64"
	"html/template"
	"os"
)

//go:embed page.html.tmpl
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

type pageFigure struct {
	Title, Caption string
	Data           template.URL
}

// writePage stores index.html, which needs no other file.
func (e *experiment) writePage(path string, figures []figure) (err error) {
	page := struct {
		Report  report
		Gap     *float64
		Tables  []tableOf
		Figures []pageFigure
	}{Report: e.report, Tables: e.tables()}
	if h := e.report.CouplingTrained.Heldout; h != nil && e.truth.Heldout != nil {
		gap := *e.truth.Heldout - *h
		page.Gap = &gap
	}
	for _, f := range figures {
		data := "data:image/png;base64," + base64.StdEncoding.EncodeToString(f.png)
		page.Figures = append(page.Figures, pageFigure{f.title, f.caption, template.URL(data)})
	}
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if e := out.Close(); err == nil {
			err = e
		}
	}()
	return pageTemplate.Execute(out, page)
}
