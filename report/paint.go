package report

import (
	"fmt"
	"image/color"
	"math"
	"strings"
)

// The colours of the figures. Each stands for a variable of the style sheet, which has a light and a dark value:
// gonum/plot writes these colours into the SVG, and inPaint replaces them by the variables.
var (
	ink       = color.NRGBA{R: 1, B: 1, A: 255} // text
	soft      = color.NRGBA{R: 1, B: 2, A: 255} // axes and tick labels
	faint     = color.NRGBA{R: 1, B: 3, A: 255} // grids
	band      = color.NRGBA{R: 1, B: 4, A: 255} // areas behind lines
	data      = color.NRGBA{R: 1, B: 5, A: 255} // rows of the table
	model     = color.NRGBA{R: 1, B: 6, A: 255} // samples and other output of the model
	reference = color.NRGBA{R: 1, B: 7, A: 255} // rows held out
	violet    = color.NRGBA{R: 1, B: 8, A: 255} // a fourth colour, where one is needed
)

// shades is how many shades of the colour data there are. A shade is a number from 0 to 1; deepest is the deepest on which text can
// still be read.
const shades, deepest = 64, 0.6

func shade(depth float64) color.Color {
	return color.NRGBA{R: 2, B: uint8(math.Round(min(max(depth, 0), 1) * shades)), A: 255}
}

var inPaint = strings.NewReplacer(append(inShade(),
	"#010001", "var(--ink)", "#010002", "var(--soft)", "#010003", "var(--faint)", "#010004", "var(--band)",
	"#010005", "var(--data)", "#010006", "var(--model)", "#010007", "var(--reference)", "#010008", "var(--violet)",
	"font-variant:normal;font-weight:normal;font-style:normal;", "", "font-family:Liberation Sans;", "",
	"data:image/jpg;", "data:image/png;", "xlink:href", "href", "<image ", `<image preserveAspectRatio="none" `, // otherwise the browser keeps the image's own aspect ratio
)...)

func inShade() (pairs []string) {
	for k := range shades + 1 {
		pairs = append(pairs, fmt.Sprintf("#0200%02X", k), fmt.Sprintf("var(--data);fill-opacity:%.3g", deepest*float64(k)/shades))
	}
	return pairs
}
