package report

import (
	"bytes"
	"fmt"
	"html/template"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// A picture is an SVG element with a description of what it shows.
type picture struct {
	SVG template.HTML
	// Width is the width in px at which its text has its natural size.
	Width int
}

// render draws a matrix of aligned plots; nil leaves a place empty. A panic of the drawing library becomes an error.
func render(alt string, width, height vg.Length, plots [][]*plot.Plot) (pic picture, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("figure %q: %v", alt, r)
		}
	}()
	canvas := vgsvg.NewWith(vgsvg.UseWH(width, height))
	drawing := draw.Crop(draw.New(canvas), 2, -6, 2, -6)
	tiles := draw.Tiles{Rows: len(plots), Cols: len(plots[0]), PadX: 10, PadY: 8}
	for j, row := range plot.Align(plots, tiles, drawing) {
		for i, c := range row {
			if p := plots[j][i]; p != nil {
				p.Draw(c)
			}
		}
	}
	return finish(canvas, alt)
}

// withScale draws a plot with its colour scale on the right, as high as its data.
func withScale(alt string, width, height vg.Length, p, scale *plot.Plot) (pic picture, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("figure %q: %v", alt, r)
		}
	}()
	canvas := vgsvg.NewWith(vgsvg.UseWH(width, height))
	const bar = 70
	left := draw.Crop(draw.New(canvas), 2, -bar, 2, -6)
	right := draw.Crop(draw.New(canvas), width-bar+12, -6, 2, -6)
	p.Draw(left)
	inner, own := p.DataCanvas(left), scale.DataCanvas(right)
	scale.Draw(draw.Crop(right, 0, 0, inner.Min.Y-own.Min.Y, inner.Max.Y-own.Max.Y))
	return finish(canvas, alt)
}

// finish makes the canvas an element of a page.
func finish(canvas *vgsvg.Canvas, alt string) (pic picture, err error) {
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return pic, err
	}
	width, height := canvas.Size()
	_, drawn, _ := bytes.Cut(b.Bytes(), []byte("<svg"))
	_, drawn, _ = bytes.Cut(drawn, []byte(">"))
	open := fmt.Sprintf(`<svg viewBox="0 0 %d %d" role="img" aria-label="%s">`, int(width), int(height), template.HTMLEscapeString(alt))
	return picture{SVG: template.HTML(open + inPaint.Replace(string(drawn))), Width: int(width)}, nil
}

// one renders a single plot.
func one(alt string, width, height vg.Length, p *plot.Plot) (picture, error) {
	return render(alt, width, height, [][]*plot.Plot{{p}})
}
