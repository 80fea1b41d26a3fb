package columns

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// several are the layouts of a column whose dates are written in several ways, the commonest first, and how many cells they read. Each
// way of writing must be certain: 03/04/2021 alone is not, but beside 2021-03-25 and 25/03/2021 it is. There are none if some are
// certain to have the day first and others the month, because then any that could be read in both ways is open.
func (t *timely) several() (layouts []string, count int) {
	own, agree := t.own()
	if !agree {
		return nil, 0
	}
	for _, way := range []func(*shaped) string{(*shaped).certain, func(s *shaped) string { return s.ordered(own) }} {
		for _, s := range t.byCells() {
			layout := way(s)
			if layout == "" || !sameDay(layout, layouts) {
				continue
			}
			if !slices.Contains(layouts, layout) {
				layouts = append(layouts, layout)
			}
			count += s.of(layout)
		}
	}
	return layouts, count
}

// own is the order of month and day that the certain cells of the column have, or else the one that is known otherwise; agree is
// false if there are two.
func (t *timely) own() (order Reading, agree bool) {
	for _, s := range t.shapes {
		_, of := mirrored(s.certain())
		if of != "" && order != "" && of != order {
			return "", false
		}
		order = cmp.Or(order, of)
	}
	return cmp.Or(order, t.order), true
}

// byCells are the shapes, those with the most cells first.
func (t *timely) byCells() (all []*shaped) {
	for _, form := range slices.Sorted(maps.Keys(t.shapes)) {
		all = append(all, t.shapes[form])
	}
	slices.SortStableFunc(all, func(a, b *shaped) int { return cmp.Compare(b.cells, a.cells) })
	return all
}

// certain is the layout that reads the cells of a shape, and more of them than its mirrored one; "" if there is none.
func (s *shaped) certain() string {
	for i, layout := range s.layouts {
		if other, _ := mirrored(layout); enough(s.counts[i], s.cells) && s.counts[i] > s.of(other) {
			return layout
		}
	}
	return ""
}

// ordered is the layout in a given order of month and day that reads as many cells of a shape as its mirrored one; "" if there is none.
func (s *shaped) ordered(by Reading) string {
	for i, layout := range s.layouts {
		if other, order := mirrored(layout); enough(s.counts[i], s.cells) && s.counts[i] == s.of(other) && order == by {
			return layout
		}
	}
	return ""
}

// of is how many cells of the shape a layout reads.
func (s *shaped) of(layout string) int {
	if i := slices.Index(s.layouts, layout); i >= 0 {
		return s.counts[i]
	}
	return 0
}

// sameDay reports whether a layout is one of days, and shows a time of day if the first of the others does.
func sameDay(layout string, others []string) bool {
	day, clock := (&Form{Layout: layout}).Dated()
	first := clock
	if len(others) > 0 {
		_, first = (&Form{Layout: others[0]}).Dated()
	}
	return day && clock == first && layout != "20060102" && !monthly(layout)
}

// monthly reports a layout without a day of the month.
func monthly(layout string) bool {
	return string(appendTime(nil, 0, layout)) == string(appendTime(nil, 2*86400, layout))
}

// between are further layouts in one text.
const between = "; "

// others are the layouts in which times are written beside the commonest.
func (f *Form) others() []string {
	if f.Also == "" {
		return nil
	}
	return strings.Split(f.Also, between)
}
