package graph

import "sync"

// programs are the compiled programs of one graph at one batch size: as many as ever ran at once, at most a set number, and
// never forgotten, for to compile takes a hundred times as long as to run. Who finds all of them running waits in turn: more
// programs than processors would only be preempted in the middle of their runs.
type programs struct {
	running chan struct{} // one place each

	mu   sync.Mutex
	idle []*rowProgram // the last one used, which the caches know, at the end
}

// newPrograms allows so many at once.
func newPrograms(most int) *programs {
	return &programs{running: make(chan struct{}, most), idle: make([]*rowProgram, 0, most)}
}

// borrow is a program for one run, to be released after it; compile makes one where none is idle.
func (p *programs) borrow(compile func() (*rowProgram, error)) (*rowProgram, error) {
	p.running <- struct{}{}
	if program := p.take(); program != nil {
		return program, nil
	}
	program, err := compile()
	if err != nil {
		<-p.running
	}
	return program, err
}

func (p *programs) take() (program *rowProgram) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if last := len(p.idle) - 1; last >= 0 {
		program, p.idle = p.idle[last], p.idle[:last]
	}
	return program
}

// release takes a program back.
func (p *programs) release(program *rowProgram) {
	p.mu.Lock()
	p.idle = append(p.idle, program)
	p.mu.Unlock()
	<-p.running
}
