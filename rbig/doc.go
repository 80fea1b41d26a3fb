// Package rbig fits Rotation-Based Iterative Gaussianization: rotations and maps of single columns, one after another, each fitted to what
// the ones before it put out, until what comes out cannot be told from independent normal columns. There is no gradient in it. What it
// makes is a flows.Flow: a density, samples, a file, and a start that training can refine.
//
// It is a package of its own beside flows, because it chooses what a flow is made of (which rotations, which maps, how many) by the
// data, where the recipes of flows are told.
//
// Source: Laparra, Camps-Valls & Malo 2011, arXiv:1602.00229.
package rbig
