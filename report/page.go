package report

import (
	_ "embed"
	"html/template"
)

//go:embed page.html
var pageHTML string

//go:embed drift.html
var driftHTML string

//go:embed style.css
var styleCSS string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"style": func() template.CSS { return template.CSS(styleCSS) },
	"count": count,
}).Parse(pageHTML + driftHTML))

// view is the content of the page; a section that is nil is left out.
type view struct {
	Name, Family, Summary string
	Flow                  bool // the model is a flow: it has latents and layers
	Rows, Dim, Samples    int
	Fitted                int
	Verdict               verdict
	Facts                 []fact
	Warnings              []string
	Columns               columnList
	Multiples             multiples
	Pairs                 pairs
	Shared                *shared
	Likelihoods           likelihoods
	LineDensity           *lineDensity
	Maps                  *maps
	Odd                   []odd
	HasReference          bool
	Numbered              bool // rows are identified by their numbers in the file
	Typical               string
	Training              *training
	Latent                *latent
	Journey               *journey
	RoundTrip             *roundTrip
}

// page computes every section.
func (s *study) page() (*view, error) {
	n, d := s.rows.Dims()
	like := s.likenesses()
	v := &view{
		Name: s.Name, Family: s.family(), Flow: s.flow != nil, Rows: n, Dim: d, Samples: len(s.sampleLogProb),
		Fitted: s.Model.Training.Rows, Verdict: s.verdict(like), Facts: s.facts(), Warnings: s.warnings(), Columns: s.columnList(),
		HasReference: len(s.Model.Reference) > 0, Numbered: s.Numbers != nil, Typical: nats(s.typical()),
	}
	if s.flow != nil {
		v.Summary = s.flow.Summary()
	}
	var err error
	for _, section := range []func(){
		func() { v.Multiples, err = s.multiples(like) },
		func() { v.Pairs, err = s.pairs(like) },
		func() { v.Shared, err = s.shared(like) },
		func() { v.Likelihoods, err = s.likelihoods() },
		func() { v.LineDensity, err = s.lineDensity() },
		func() { v.Maps, err = s.maps() },
		func() { v.Odd, err = s.odd() },
		func() { v.Training, err = s.training() },
		func() { v.Latent, err = s.latent() },
		func() { v.Journey, err = s.journey() },
		func() { v.RoundTrip, err = s.roundTrip() },
	} {
		if section(); err != nil {
			return nil, err
		}
	}
	return v, nil
}
