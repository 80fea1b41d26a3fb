package report_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"gonum.org/v1/gonum/mat"

	"gaussflow/report"
)

// always are the sections that every page of a fitted model has.
var always = []string{"verdict", "facts", "log-density", "shapes", "likelihood", "odd", "training", "latent", "roundtrip", "columns"}

func TestPage(t *testing.T) {
	hostile := []string{"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "a&amp;b", "ein sehr langer Name einer Spalte, der weitergeht", "速さ", "url(//x)"}
	tiny := mat.NewDense(4, 3, []float64{1, 2, 3, 2, 2, 1, 3, 5, 1, 4, 3.1, 0})
	for name, c := range map[string]struct {
		names    []string
		fitted   *mat.Dense
		rows     mat.Matrix // nil means a model that tabular has fitted
		sections []string
		words    []string
	}{
		"one column":  {[]string{"wait"}, table(300, exponential), nil, []string{"density"}, nil},
		"two columns": {[]string{"x1", "x2"}, moons(400), nil, []string{"density", "layers", "pairs"}, nil},
		"six columns": {hostile, table(500, normal, exponential, normal, far, integer, tied), nil, []string{"warnings", "pairs"}, []string{"on a grid", "Many equal values", "15 pairs"}},
		"constant":    {[]string{"a", "b", "c"}, table(200, normal, constant, integer), table(50, normal, normal, integer), []string{"warnings", "density", "layers", "pairs"}, []string{"b was constant at 42", "differs in 50 rows", "1 constant column left out"}},
		"all tied":    {[]string{"a", "b"}, table(120, integer, tied), nil, []string{"density", "layers", "pairs"}, nil},
		"four rows":   {[]string{"a", "b", "c"}, tiny, nil, []string{"pairs"}, []string{"The 4 oddest rows"}},
		"three rows":  {[]string{"a", "b", "c"}, table(100, normal, normal, normal), table(3, normal, normal, normal), []string{"pairs"}, []string{"The 3 oddest rows"}},
		"one row":     {[]string{"a", "b"}, table(100, normal, far), table(1, normal, far), []string{"density", "layers", "pairs"}, []string{"The row, and"}},
		"all far":     {[]string{"a", "b"}, table(200, far, far), nil, []string{"density", "layers", "pairs"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			rows := c.rows
			if rows == nil {
				rows = c.fitted
			}
			raw := write(t, report.Input{Model: fit(t, c.names, c.fitted), Rows: rows, Name: "t<i>.csv"})
			if len(raw) > 3e6 {
				t.Errorf("the page has %d bytes, want at most 3 MB", len(raw))
			}
			balanced(t, raw)
			p := parse(t, raw)
			p.check(t)
			for _, id := range append(slices.Clone(always), c.sections...) {
				if !p.ids[id] {
					t.Errorf("section %q is missing", id)
				}
			}
			for _, id := range []string{"density", "layers", "pairs"} {
				if p.ids[id] && !slices.Contains(c.sections, id) {
					t.Errorf("section %q is there, want it only where it has something to show", id)
				}
			}
			for _, w := range append([]string{"t<i>.csv"}, c.words...) {
				if !strings.Contains(p.text.String(), w) {
					t.Errorf("the page does not say %q", w)
				}
			}
			for _, w := range []string{"NaN", "Inf", "%!", "ZgotmplZ", "<nil>"} {
				if strings.Contains(p.text.String(), w) {
					t.Errorf("the page says %q", w)
				}
			}
		})
	}
}

// balanced checks that elements are closed in the order in which they were opened.
func balanced(t *testing.T, raw []byte) {
	t.Helper()
	void := []string{"meta", "link", "input", "br", "img"}
	z := html.NewTokenizer(bytes.NewReader(raw))
	var open []string
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			if z.Err() != io.EOF || len(open) != 0 {
				t.Errorf("the page ends with %v and %v open, want EOF and nothing", z.Err(), open)
			}
			return
		case html.StartTagToken:
			if name, _ := z.TagName(); !slices.Contains(void, string(name)) {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				t.Fatalf("</%s> closes %v", name, open)
			}
			open = open[:len(open)-1]
		}
	}
}

// parsed holds the parts of a page that tests look at.
type parsed struct {
	ids    map[string]bool
	links  []string // values of href and src
	text   strings.Builder
	errors []string
	svgs   int
}

func parse(t *testing.T, raw []byte) *parsed {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	p := &parsed{ids: map[string]bool{}}
	p.walk(root)
	return p
}

func (p *parsed) walk(n *html.Node) {
	attr := map[string]string{}
	for _, a := range n.Attr {
		attr[a.Key] = a.Val
		switch {
		case a.Key == "href" || a.Key == "src":
			p.links = append(p.links, a.Val)
		case a.Key == "id" && p.ids[a.Val]:
			p.errors = append(p.errors, "two elements are called "+a.Val)
		case a.Key == "id":
			p.ids[a.Val] = true
		case strings.HasPrefix(a.Key, "on") || a.Key != "aria-label" && strings.Contains(a.Val, "url("):
			p.errors = append(p.errors, "attribute "+a.Key+" = "+a.Val)
		}
	}
	switch {
	case n.Type == html.TextNode && n.Parent.Data == "style":
		if strings.Contains(n.Data, "url(") || strings.Contains(n.Data, "@import") {
			p.errors = append(p.errors, "the style sheet loads something")
		}
	case n.Type == html.TextNode:
		p.text.WriteString(n.Data)
	case n.Data == "script" || n.Data == "img" || n.Data == "iframe":
		p.errors = append(p.errors, "element "+n.Data)
	case n.Data == "th" && attr["scope"] == "":
		p.errors = append(p.errors, "a th has no scope")
	case n.Data == "svg":
		if p.svgs++; attr["role"] != "img" || attr["aria-label"] == "" {
			p.errors = append(p.errors, "a figure has no words for those who cannot see it")
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.walk(c)
	}
}

// check reports what must not be in any page.
func (p *parsed) check(t *testing.T) {
	t.Helper()
	for _, e := range p.errors {
		t.Error(e)
	}
	for _, l := range p.links {
		if target, inside := strings.CutPrefix(l, "#"); !strings.HasPrefix(l, "data:") && !(inside && p.ids[target]) {
			t.Errorf("link to %q, want one inside the page", l)
		}
	}
	if p.svgs < 3 {
		t.Errorf("the page has %d figures, want at least 3", p.svgs)
	}
}
