package main
func bulk(o *options) error{return nil}
func overload(o *options) error{return nil}
func hostile(o *options) error{return nil}
func swap(o *options) error{return nil}
