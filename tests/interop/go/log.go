package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// published is a log as its files stand in a directory, for a tree that was signed.
type published struct {
	dir  string
	tree tlog.Tree
	// kept holds what was read; a test puts altered bytes in its place.
	kept map[string][]byte
}

func open(dir string, tree tlog.Tree) *published {
	return &published{dir: dir, tree: tree, kept: map[string][]byte{}}
}

// tilePath names a tile as C2SP tlog-tiles does, which has no height in its paths
// and calls the entries by another name than the checksum database.
func tilePath(t tlog.Tile) string {
	kind := fmt.Sprint(t.L)
	if t.L < 0 {
		kind, t.L = "entries", 0
	}
	path := strings.TrimPrefix(t.Path(), fmt.Sprintf("tile/%d/%d/", height, t.L))
	return "tile/" + kind + "/" + path
}

func (p *published) read(path string) ([]byte, error) {
	if data, ok := p.kept[path]; ok {
		return data, nil
	}
	data, err := os.ReadFile(filepath.Join(p.dir, path))
	if err == nil {
		p.kept[path] = data
	}
	return data, err
}

// file reads a tile; where its partial form is gone, the full one begins with it.
func (p *published) file(t tlog.Tile) (data []byte, whole bool, err error) {
	data, err = p.read(tilePath(t))
	if errors.Is(err, fs.ErrNotExist) && t.W < 1<<height {
		t.W = 1 << height
		data, err = p.read(tilePath(t))
		return data, false, err
	}
	return data, true, err
}

func (p *published) Height() int { return height }

func (p *published) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		data, whole, err := p.file(t)
		if err != nil {
			return nil, err
		}
		if !whole && len(data) == tlog.HashSize<<height {
			data = data[:t.W*tlog.HashSize]
		}
		all = append(all, data)
	}
	return all, nil
}

func (p *published) SaveTiles([]tlog.Tile, [][]byte) {}

func (p *published) hashes() tlog.HashReader { return tlog.TileHashReader(p.tree, p) }

// tiles lists the tiles of hashes that a tree of this size has.
func (p *published) tiles() []tlog.Tile { return tlog.NewTiles(height, 0, p.tree.N) }

// bundles lists the tiles of entries: one below each tile of leaf hashes.
func (p *published) bundles() []tlog.Tile {
	var all []tlog.Tile
	for _, t := range p.tiles() {
		if t.L == 0 {
			t.L = -1
			all = append(all, t)
		}
	}
	return all
}

// entries reads a bundle and proves every entry of it.
func (p *published) entries(t tlog.Tile) ([][]byte, error) {
	data, whole, err := p.file(t)
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(data) > 0 && (whole || len(entries) < t.W) {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, errors.New("a bundle ends within an entry")
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	if len(entries) != t.W {
		return nil, fmt.Errorf("%d entries in a bundle of %d", len(entries), t.W)
	}
	var indexes []int64
	for i := range entries {
		indexes = append(indexes, tlog.StoredHashIndex(0, t.N<<height+int64(i)))
	}
	hashes, err := p.hashes().ReadHashes(indexes)
	if err != nil {
		return nil, err
	}
	for i, entry := range entries {
		if tlog.RecordHash(entry) != hashes[i] {
			return nil, fmt.Errorf("entry %d is not the one in the tree", i)
		}
	}
	return entries, nil
}
