package interp_test

import (
	"fmt"
	"go/format"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
)

// generator writes programs that use the constructs of the list in ways that
// nobody thought of. The same seed gives the same program. Every program ends,
// and none depends on what Go leaves open.
type generator struct {
	*rand.Rand
	out      strings.Builder
	indent   int
	scopes   [][]variable
	names    int
	depth    int  // of statements
	switched int  // switches around it
	grows    bool // slices are appended to, and so have one name each
	loops    int  // around the statement that is written
	result   string
}

// variable is one that can be used where the next statement goes.
type variable struct {
	name, typ string
	fixed     bool // is not assigned to: the counter of a loop
}

var (
	intTypes   = []string{"int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "byte", "rune"}
	basicTypes = append([]string{"int", "int", "int", "string", "string", "bool", "float64", "float64"}, intTypes...)
)

// types and functions are what every program has. abs keeps indices in range.
const types = `type point struct {
	x, y int
	w    float64
}

type item struct {
	name  string
	count int
	tags  []string
	at    point
}

`

var functions = own + `func (p point) sum() int { return p.x + p.y }

func (p *point) move(dx, dy int) {
	p.x += dx
	p.y -= dy
}

func (it *item) add(tag string) int {
	it.tags = append(it.tags, tag)
	it.count++
	return len(it.tags)
}

func (it item) label() string { return it.name + "!" }

func abs(n int) int {
	if n < 0 {
		n = -n
	}
	if n < 0 {
		return 0
	}
	return n
}

func divide(a, b int) (int, error) {
	if b == 0 {
		return 0, errors.New("division by zero")
	}
	return a / b, nil
}

func short(s string) string {
	if len(s) > 12 {
		return s[:12]
	}
	return s
}

func k(n int) int { return n }

func counter(start, step int) func() int {
	n := start
	return func() int {
		n += step
		return n
	}
}

func apply(f func(int) int, list []int) []int {
	out := make([]int, 0, len(list))
	for _, n := range list {
		out = append(out, f(n))
	}
	return out
}

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func find(list []string, want string) (int, bool) {
	for i, s := range list {
		if s == want {
			return i, true
		}
	}
	return -1, false
}

func total(first int, rest ...int) int {
	for _, n := range rest {
		first += n
	}
	return first
}

func half() float64 { return 0.5 }

func pair(a int, b string) (string, int) { return b, a }

`

// own are functions that give a number of each type, so that nothing is known
// beforehand.
var own = func() string {
	var b strings.Builder
	for _, t := range intTypes[1:] {
		fmt.Fprintf(&b, "func k%s(n %s) %s { return n }\n\n", t, t, t)
	}
	return b.String()
}()

// generate is the program of a seed.
func generate(seed uint64) string {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1))}
	var body strings.Builder
	g.grows = g.IntN(2) == 0
	funcs := g.IntN(3)
	g.scopes = [][]variable{nil}
	for range funcs {
		g.function()
	}
	g.push()
	g.result = ""
	g.line("func main() {")
	g.indent++
	for range 2 + g.IntN(14) {
		g.statement()
	}
	g.printAll()
	g.indent--
	g.line("}")
	written := g.out.String()
	decls := used(strings.Split(functions+strings.TrimSpace(written), "\n\n"))
	if g.IntN(2) == 0 { // what is called may come later
		g.Shuffle(len(decls), func(i, j int) { decls[i], decls[j] = decls[j], decls[i] })
	}
	text := strings.Join(decls, "\n\n") + "\n"
	body.WriteString("package main\n\nimport (\n")
	for _, p := range []string{"errors", "fmt", "math", "sort", "strconv", "strings"} {
		if strings.Contains(text, p+".") {
			fmt.Fprintf(&body, "\t%q\n", p)
		}
	}
	body.WriteString(")\n\n")
	if strings.Contains(text, "item") {
		body.WriteString(types)
	} else if strings.Contains(text, "point") {
		body.WriteString(types[:strings.Index(types, "type item")])
	}
	body.WriteString(text)
	formatted, err := format.Source([]byte(body.String()))
	if err != nil {
		panic(fmt.Sprintf("seed %d: %v", seed, err))
	}
	return string(formatted)
}

var declared = regexp.MustCompile(`^func (?:\(\w+ \*?\w+\) )?(\w+)`)

// used leaves out the functions that nothing calls.
func used(decls []string) []string {
	for {
		text := strings.Join(decls, "\n")
		kept := slices.DeleteFunc(slices.Clone(decls), func(d string) bool {
			name := declared.FindStringSubmatch(d)[1]
			return name != "main" && !regexp.MustCompile(`\b`+name+`\(`).MatchString(strings.Replace(text, d, "", 1))
		})
		if len(kept) == len(decls) {
			return kept
		}
		decls = kept
	}
}

func (g *generator) line(format string, args ...any) {
	g.out.WriteString(strings.Repeat("\t", g.indent))
	fmt.Fprintf(&g.out, format, args...)
	g.out.WriteByte('\n')
}

func (g *generator) push() { g.scopes = append(g.scopes, nil) }

func (g *generator) pop() {
	g.scopes = g.scopes[:len(g.scopes)-1]
}

func (g *generator) declare(name, typ string, fixed bool) {
	if !fixed {
		g.line("_ = %s", name)
	}
	i := len(g.scopes) - 1
	g.scopes[i] = append(g.scopes[i], variable{name, typ, fixed})
}

func (g *generator) name() string {
	for try := 0; ; try++ {
		g.names++
		name := fmt.Sprintf("v%d", g.names%23+1) // so that a name means several things, one after the other
		if try > 23 {
			name = fmt.Sprintf("w%d", g.names)
		}
		if !g.visible(name) {
			i := len(g.scopes) - 1
			g.scopes[i] = append(g.scopes[i], variable{name, taken, true})
			return name
		}
	}
}

// taken is the type of a name that is used for something already.
const taken = "taken"

func (g *generator) visible(name string) bool {
	for _, scope := range g.scopes {
		for _, v := range scope {
			if v.name == name {
				return true
			}
		}
	}
	return false
}

func (g *generator) pick(list ...string) string { return list[g.IntN(len(list))] }

// variable finds one of a type, or "".
func (g *generator) variable(typ string, assigned bool) string {
	var fit []string
	hidden := map[string]bool{}
	for i := len(g.scopes) - 1; i >= 0; i-- {
		for _, v := range g.scopes[i] {
			if !hidden[v.name] && v.typ == typ && !(assigned && v.fixed) {
				fit = append(fit, v.name)
			}
		}
		for _, v := range g.scopes[i] {
			hidden[v.name] = true
		}
	}
	if len(fit) == 0 {
		return ""
	}
	return g.pick(fit...)
}

// function is one that main may call.
func (g *generator) function() {
	name := fmt.Sprintf("f%d", len(g.scopes[0]))
	params := []string{g.pick(basicTypes...), g.pick("int", "string", "[]int", "point", "*item", "item", "[4]int", "map[string]int", "[]string")}
	result := g.pick("int", "string", "float64", "bool", "[]int", "point", "[4]int", "item", "uint8", "[]string")
	g.push()
	g.scopes[1] = []variable{{"a", params[0], false}, {"b", params[1], false}}
	g.line("func %s(a %s, b %s) %s {", name, params[0], params[1], result)
	g.indent++
	g.result = result
	for range 2 + g.IntN(4) {
		g.statement()
	}
	g.line("return %s", g.expr(result, 2))
	g.indent--
	g.scopes = g.scopes[:len(g.scopes)-1]
	g.line("}\n")
	g.scopes[0] = append(g.scopes[0], variable{name, "func " + strings.Join(params, ",") + " " + result, true})
}

// printAll prints every variable there is.
func (g *generator) printAll() {
	hidden := map[string]bool{}
	for i := len(g.scopes) - 1; i >= 0; i-- {
		for _, v := range g.scopes[i] {
			if !hidden[v.name] && v.typ != taken && !strings.HasPrefix(v.typ, "func ") {
				g.print(v)
			}
			hidden[v.name] = hidden[v.name] || v.typ != taken
		}
	}
}

func (g *generator) print(v variable) {
	switch v.typ {
	case "point":
		g.line("fmt.Println(%s.x, %s.y, %s.w, %s.sum())", v.name, v.name, v.name, v.name)
	case "item", "*item":
		g.line("fmt.Println(%s.name, %s.count, %s.tags, %s.at.x, %s.label())", v.name, v.name, v.name, v.name, v.name)
	case "[]point":
		g.line("for _, e := range %s {\n\t\tfmt.Print(e.x, \" \", e.w, \";\")\n\t}", v.name)
		g.line("fmt.Println(len(%s))", v.name)
	case "[]*item":
		g.line("for i, e := range %s {\n\t\tfmt.Print(i, e.name, e.count, e.tags, \";\")\n\t}", v.name)
		g.line("fmt.Println(len(%s))", v.name)
	case "map[string]point":
		g.line("fmt.Println(len(%s), %s[\"a\"].x, %s[\"b\"].w)", v.name, v.name, v.name)
	case "func() int":
		g.line("fmt.Println(%s(), %s())", v.name, v.name)
	default:
		g.line("fmt.Println(%s)", v.name)
	}
}

var composite = []string{"[]int", "[]int", "[]string", "[]float64", "map[string]int", "map[int]string", "map[string][]int", "[4]int", "point", "item", "*item", "[]point", "[][]int", "map[string]point", "[]byte", "[3][2]int", "[]*item"}

// statement writes one statement.
func (g *generator) statement() {
	g.depth++
	defer func() { g.depth-- }()
	n := g.IntN(33)
	if g.depth > 3 {
		n = g.IntN(14)
	}
	switch {
	case n < 3:
		g.declaration(g.pick(basicTypes...))
	case n < 5:
		g.declaration(g.pick(composite...))
	case n < 8:
		g.assignment()
	case n < 10:
		g.element()
	case n < 11:
		g.line("fmt.Println(%s, %s)", g.expr(g.pick(basicTypes...), 2), g.expr(g.pick(basicTypes...), 2))
	case n < 12:
		g.printf()
	case n < 13:
		g.several()
	case n < 14:
		g.jump()
	case n < 18:
		g.branch()
	case n < 20:
		g.count()
	case n < 23:
		g.ranging()
	case n < 25:
		g.switches()
	case n < 26:
		g.failing()
	case n < 27:
		g.closure()
	case n < 28:
		g.method()
	case n < 29:
		g.shadow()
	case n < 32:
		g.everyday()
	default:
		g.constant()
	}
}

func (g *generator) declaration(typ string) {
	name := g.name()
	switch g.IntN(4) {
	case 0:
		g.line("var %s %s", name, typ)
		if strings.HasPrefix(typ, "map") {
			g.line("%s = %s", name, g.expr(typ, 1))
		}
		if strings.HasPrefix(typ, "*") {
			g.line("%s = %s", name, g.expr(typ, 1))
		}
	case 1:
		g.line("var %s %s = %s", name, typ, g.expr(typ, 2))
	default:
		x := g.expr(typ, 3)
		if basic(typ) && typ != "bool" {
			x = typ + "(" + x + ")"
		}
		g.line("%s := %s", name, x)
	}
	g.declare(name, typ, false)
}

// shares says whether a copy of a value of a type shares a slice with it.
func shares(typ string) bool { return strings.Contains(typ, "[]") || strings.HasSuffix(typ, "item") }

func basic(typ string) bool {
	for _, b := range basicTypes {
		if b == typ {
			return true
		}
	}
	return false
}

func isInt(typ string) bool {
	for _, b := range intTypes {
		if b == typ {
			return true
		}
	}
	return false
}

func (g *generator) assignment() {
	typ := g.pick(basicTypes...)
	v := g.variable(typ, true)
	if v == "" {
		g.declaration(typ)
		return
	}
	switch {
	case isInt(typ):
		switch g.IntN(5) {
		case 0:
			g.line("%s = %s", v, g.expr(typ, 3))
		case 4:
			g.line("%s %s %s", v, g.pick("/=", "%="), g.pick("3", "7", "2"))
		case 1:
			g.line("%s %s %s", v, g.pick("+=", "-=", "*=", "|=", "&=", "^=", "&^="), g.expr(typ, 2))
		case 2:
			g.line("%s %s %s", v, g.pick("<<=", ">>="), g.pick("1", "3", "7"))
		default:
			g.line("%s%s", v, g.pick("++", "--"))
		}
	case typ == "float64":
		g.line("%s %s %s", v, g.pick("=", "+=", "-=", "*=", "/="), g.pick("2.5", g.expr(typ, 2)+" + 0.25", "4"))
	case typ == "string":
		g.line("%s = short(%s)", v, g.expr(typ, 2))
	default:
		g.line("%s = %s", v, g.expr(typ, 3))
	}
}

// element changes a part of something.
func (g *generator) element() {
	typ := g.pick(composite...)
	v := g.variable(typ, true)
	if v == "" {
		g.declaration(typ)
		return
	}
	switch typ {
	case "[]int", "[]string", "[]float64", "[]byte", "[]point", "[][]int", "[]*item":
		elem := typ[2:]
		if typ == "[][]int" && g.IntN(2) == 0 {
			g.line("if len(%s) > 0 && len(%s[0]) > 0 {\n\t\t%s[0][0] %s %s\n\t}", v, v, v, g.pick("=", "+="), g.expr("int", 1))
			return
		}
		switch g.IntN(4) {
		case 0:
			g.line("if len(%s) > 0 {\n\t\t%s[abs(%s)%%len(%s)] = %s\n\t}", v, v, g.expr("int", 2), v, g.expr(elem, 2))
		case 1:
			if len(v) > 0 && basic(elem) && elem != "string" {
				g.line("if len(%s) > 1 {\n\t\t%s[1] += %s\n\t}", v, v, g.expr(elem, 1))
				return
			}
			fallthrough
		default:
			if g.grows {
				g.line("%s = append(%s, %s)", v, v, g.expr(elem, 2))
				return
			}
			g.line("if len(%s) > 0 {\n\t\t%s[len(%s)-1] = %s\n\t}", v, v, v, g.expr(elem, 1))
		}
	case "map[string]int":
		g.line("%s[%s]%s", v, g.expr("string", 1), g.pick("++", " += 3", " = "+g.expr("int", 2)))
	case "map[int]string":
		g.line("%s[%s] = %s", v, g.expr("int", 1), g.expr("string", 1))
	case "map[string][]int":
		if !g.grows {
			g.line("fmt.Println(%s)", v)
			return
		}
		k := g.pick(`"a"`, `"b"`)
		g.line("%s[%s] = append(%s[%s], %s)", v, k, v, k, g.expr("int", 1))
	case "map[string]point":
		g.line("%s[%s] = %s", v, g.pick(`"a"`, `"b"`), g.expr("point", 1))
	case "[4]int":
		if g.IntN(3) == 0 {
			if other := g.variable("[4]int", false); other != "" {
				g.line("%s = %s", v, other)
				return
			}
		}
		g.line("%s[%s] %s %s", v, g.pick("0", "1", "2", "3"), g.pick("=", "+=", "-="), g.expr("int", 2))
	case "[3][2]int":
		g.line("%s[%s][%s] %s %s", v, g.pick("0", "1", "2"), g.pick("0", "1"), g.pick("=", "+="), g.expr("int", 2))
	case "point":
		g.line("%s.%s", v, g.pick("x = "+g.expr("int", 2), "y++", "w *= 2.5", "x -= "+g.expr("int", 1)))
	case "item", "*item":
		g.line("%s.%s", v, g.pick("count++", "at.x = "+g.expr("int", 1), "at = "+g.expr("point", 1), "name += \"z\"", g.tags(v)))
	}
}

// tags changes the tags of an item.
func (g *generator) tags(v string) string {
	if g.grows {
		return "tags = append(" + v + ".tags, " + g.expr("string", 1) + ")"
	}
	return "tags = []string{" + g.expr("string", 1) + "}"
}

func (g *generator) printf() {
	switch g.IntN(6) {
	case 0:
		g.line("fmt.Printf(\"%%d|%%5d|%%-4d|%%03d|%%x\\n\", %s, %s, %s, %s, %s)", g.expr("int", 2), g.expr("int", 1), g.expr("int", 1), g.expr("int", 1), g.expr("int", 1))
	case 1:
		g.line("fmt.Printf(\"%%.2f %%8.3f %%g %%v\\n\", %s, %s, %s, %s)", g.expr("float64", 2), g.expr("float64", 1), g.expr("float64", 1), g.expr("float64", 2))
	case 2:
		g.line("fmt.Printf(\"%%s %%q %%10s|%%-6s|\\n\", %s, %s, %s, %s)", g.expr("string", 2), g.expr("string", 1), g.expr("string", 1), g.expr("string", 1))
	case 3:
		g.line("fmt.Printf(\"%%v %%t %%c %%U\\n\", %s, %s, %s, %s)", g.expr("[]int", 1), g.expr("bool", 2), g.expr("rune", 0), g.expr("rune", 0))
	case 4:
		g.line("fmt.Print(%s, \" \", %s, \"\\n\")", g.expr(g.pick(basicTypes...), 2), g.expr("string", 1))
	default:
		g.line("fmt.Println(fmt.Sprint(%s), fmt.Sprintf(\"%%d-%%s\", %s, %s))", g.expr("int", 1), g.expr("int", 1), g.expr("string", 1))
	}
}

// several assigns several values at once.
func (g *generator) several() {
	switch g.IntN(6) {
	case 0:
		a, b := g.variable("int", true), g.variable("int", true)
		if a == "" || a == b {
			g.declaration("int")
			return
		}
		g.line("%s, %s = %s, %s", a, b, b, g.pick(a, a+" + "+b))
	case 1:
		v := g.variable("[]int", true)
		if v == "" {
			g.declaration("[]int")
			return
		}
		g.line("if len(%s) > 1 {\n\t\t%s[0], %s[len(%s)-1] = %s[len(%s)-1], %s[0]\n\t}", v, v, v, v, v, v, v)
	case 2:
		a, b := g.name(), g.name()
		g.line("%s, %s := pair(%s, %s)", a, b, g.expr("int", 2), g.expr("string", 1))
		g.declare(a, "string", false)
		g.declare(b, "int", false)
	case 4:
		g.line("fmt.Println(%s)", g.pick("pair("+g.expr("int", 2)+", "+g.expr("string", 1)+")", "divide("+g.expr("int", 1)+", "+g.expr("int", 1)+")", "find("+g.expr("[]string", 1)+", "+g.expr("string", 1)+")"))
	case 3:
		a, b := g.name(), g.name()
		g.line("%s, %s := int(%s), string(%s)", a, b, g.expr("int", 2), g.expr("string", 2))
		g.declare(a, "int", false)
		g.declare(b, "string", false)
	default:
		a, b := g.variable("string", true), g.variable("int", true)
		if a == "" || b == "" {
			return
		}
		g.line("%s, %s = pair(%s, %s)", a, b, g.expr("int", 1), g.expr("string", 0))
	}
}

func (g *generator) jump() {
	switch {
	case g.loops > 0 && g.IntN(2) == 0:
		how := g.pick("continue", "break")
		if g.switched > 0 {
			how = "continue"
		}
		g.line("if %s {\n\t\t%s\n\t}", g.expr("bool", 2), how)
	case g.result != "":
		g.line("if %s {\n\t\treturn %s\n\t}", g.expr("bool", 2), g.expr(g.result, 1))
	default:
		g.line("fmt.Println(%s)", g.expr("bool", 3))
	}
}

func (g *generator) block(n int) {
	g.indent++
	g.push()
	for range 1 + g.IntN(n) {
		g.statement()
	}
	g.pop()
	g.indent--
}

func (g *generator) branch() {
	if g.IntN(3) == 0 {
		name := g.name()
		g.line("if %s := int(%s); %s > %s {", name, g.expr("int", 2), name, g.expr("int", 1))
		g.push()
		g.declare(name, "int", true)
		defer func() { g.scopes = g.scopes[:len(g.scopes)-1] }()
	} else {
		g.line("if %s {", g.expr("bool", 3))
	}
	g.block(3)
	if g.IntN(2) == 0 {
		g.line("} else if %s {", g.expr("bool", 2))
		g.block(2)
	}
	if g.IntN(2) == 0 {
		g.line("} else {")
		g.block(2)
	}
	g.line("}")
}

func (g *generator) count() {
	name := g.name()
	g.loops++
	switch g.IntN(5) {
	case 4:
		g.line("%s := %s", name, g.pick("0", "2"))
		g.line("for {")
		g.line("\t%s++\n\tif %s > %s {\n\t\tbreak\n\t}", name, name, g.pick("3", "4"))
	case 3:
		g.line("for %s := range %s {", name, g.pick("3", "abs("+g.expr("int", 1)+")%4", "uint8(2)"))
		g.line("\tfmt.Print(%s, \" \")", name)
		if name = ""; g.IntN(2) == 0 {
			g.line("\tfmt.Print(\"|\")")
		}
	case 0:
		g.line("for %s := 0; %s < %s; %s++ {", name, name, g.pick("2", "3", "5"), name)
	case 1:
		g.line("for %s := %s; %s >= 0; %s -= 2 {", name, g.pick("4", "5"), name, name)
	default:
		g.declare(name, "int", true)
		g.line("%s := 0", name)
		g.line("for %s < %s {", name, g.pick("2", "4"))
		g.line("\t%s++", name)
	}
	g.push()
	if name != "" {
		g.declare(name, "int", true)
	}
	g.block(3)
	g.scopes = g.scopes[:len(g.scopes)-1]
	g.loops--
	g.line("}")
}

func (g *generator) ranging() {
	key, value := g.name(), g.name()
	typ := g.pick("[]int", "[]string", "[4]int", "string", "[]point", "[]byte", "[][]int", "[]*item")
	elem := map[string]string{"[]int": "int", "[]string": "string", "[4]int": "int", "string": "rune", "[]point": "point", "[]byte": "byte", "[][]int": "[]int", "[]*item": "*item"}[typ]
	x := g.expr(typ, 1)
	if v := g.variable(typ, false); v != "" && g.IntN(2) == 0 {
		x = v
	}
	if typ == "string" {
		x = g.pick(`"héllo"`, `"abc"`, `"日本"`)
	}
	g.push()
	form := g.IntN(3)
	if typ == "string" {
		form = 2 // where a rune begins is another matter
	}
	switch form {
	case 0:
		g.line("for %s, %s := range %s {", key, value, x)
		g.declare(key, "int", true)
		g.declare(value, elem, true)
	case 1:
		g.line("for %s := range %s {", key, x)
		g.declare(key, "int", true)
		value = ""
	default:
		g.line("for _, %s := range %s {", value, x)
		g.declare(value, elem, true)
		key = ""
	}
	g.loops++
	for _, used := range []string{key, value} {
		if used != "" {
			g.line("\t_ = %s", used)
		}
	}
	g.block(3)
	g.loops--
	g.line("}")
	g.scopes = g.scopes[:len(g.scopes)-1]
}

func (g *generator) switches() {
	g.switched++ // break would be the switch's
	defer func() { g.switched-- }()
	switch g.IntN(3) {
	case 0:
		g.line("switch {")
		g.line("case %s:", g.expr("bool", 2))
	case 1:
		g.line("switch %s %% 4 {", g.expr("int", 2))
		g.line("case %s:", g.pick("0", "1, 2", "-1"))
		g.block(2)
		g.line("case 3:")
	default:
		g.line("switch %s {", g.expr("string", 1))
		g.line("case %s:", g.pick(`"a"`, `"b", "c"`, `"ab"`))
	}
	g.block(2)
	if g.IntN(2) == 0 {
		g.line("default:")
		g.block(2)
	}
	g.line("}")
}

func (g *generator) failing() {
	switch g.IntN(5) {
	case 3:
		n, ok := g.name(), g.name()
		g.line("%s, %s := find(%s, %s)", n, ok, g.expr("[]string", 1), g.expr("string", 1))
		g.declare(n, "int", false)
		g.declare(ok, "bool", false)
	case 4:
		m, n := g.variable("map[string]int", false), g.variable("int", true)
		ok := g.variable("bool", true)
		if m == "" || n == "" || ok == "" {
			g.declaration("bool")
			return
		}
		g.line("%s, %s = %s[%s]", n, ok, m, g.expr("string", 1))
		g.line("fmt.Println(%s, %s)", n, ok)
	case 0:
		n, err := g.name(), g.name()
		g.line("%s, %s := divide(%s, %s)", n, err, g.expr("int", 2), g.pick("0", "1", "3", g.expr("int", 1)))
		g.line("if %s != nil {\n\t\tfmt.Println(\"error:\", %s)\n\t}", err, err)
		g.line("fmt.Println(%s, %s)", n, err)
		g.declare(n, "int", false)
	case 1:
		n, err := g.name(), g.name()
		g.line("%s, %s := strconv.Atoi(%s)", n, err, g.expr("string", 1))
		g.line("fmt.Println(%s, %s == nil)", n, err)
		g.declare(n, "int", false)
	default:
		n := g.name()
		m := g.variable("map[string]int", false)
		if m == "" {
			g.declaration("map[string]int")
			return
		}
		g.line("if %s, ok := %s[%s]; ok {\n\t\tfmt.Println(%s)\n\t}", n, m, g.expr("string", 1), n)
	}
}

func (g *generator) closure() {
	if g.loops > 0 || g.depth > 1 {
		g.line("fmt.Println(%s)", g.expr("int", 3))
		return
	}
	name := g.name()
	switch g.IntN(5) {
	case 2:
		other := g.name()
		g.line("%s, %s := counter(%s, 1), counter(100, %s)", name, other, g.expr("int", 1), g.expr("int", 1))
		g.line("fmt.Println(%s(), %s(), %s())", name, name, other)
		g.declare(name, "func() int", true)
	case 3:
		if v := g.variable("int", false); v != "" && g.grows {
			g.line("fmt.Println(apply(func(n int) int { return n*2 + %s }, %s))", v, g.expr("[]int", 1))
			return
		}
		fallthrough
	case 4:
		if v := g.variable("[]int", true); v != "" {
			g.line("sort.Slice(%s, func(i, j int) bool { return %s[i] %s %s[j] })", v, v, g.pick("<", ">"), v)
			g.line("fmt.Println(%s)", v)
			return
		}
		g.declaration("[]int")
	case 0:
		state := g.name()
		g.line("%s := %s", state, g.pick("0", "10"))
		g.line("%s := func() int {\n\t\t%s += %s\n\t\treturn %s\n\t}", name, state, g.expr("int", 1), state)
		if g.IntN(2) == 0 {
			other := g.name()
			g.line("%s := func() int { return %s * 2 }", other, state)
			g.declare(other, "func() int", true)
		}
		g.declare(state, "int", true)
		g.declare(name, "func() int", true)
		g.line("fmt.Println(%s())", name)
	default:
		g.line("%s := func(a int, b string) string {\n\t\treturn b + strconv.Itoa(a)\n\t}", name)
		g.line("fmt.Println(%s(%s, %s))", name, g.expr("int", 2), g.expr("string", 1))
	}
}

func (g *generator) method() {
	if v := g.variable("item", true); v != "" && g.grows && g.IntN(2) == 0 {
		g.line("%s", g.pick(v+".add("+g.expr("string", 1)+")", v+".at.move(1, "+g.expr("int", 1)+")"))
		return
	}
	if v := g.variable("point", true); v != "" {
		g.line("%s.move(%s, %s)", v, g.expr("int", 1), g.expr("int", 1))
		return
	}
	if v := g.variable("*item", true); v != "" && g.grows {
		g.line("fmt.Println(%s.add(\"t\"))", v)
		return
	}
	g.declaration("*item")
}

// shadow declares again what is there already, in a scope of its own.
func (g *generator) shadow() {
	v := g.variable("int", false)
	if v == "" {
		g.declaration("int")
		return
	}
	g.line("{")
	g.indent++
	g.push()
	g.line("%s := %s + 1", v, v)
	g.declare(v, "int", false)
	g.statement()
	g.line("fmt.Println(%s)", v)
	g.scopes = g.scopes[:len(g.scopes)-1]
	g.indent--
	g.line("}")
}

// everyday are things that small programs do all the time.
func (g *generator) everyday() {
	ints, m, word := g.variable("[]int", true), g.variable("map[string]int", true), g.variable("string", false)
	name, other := g.name(), g.name()
	switch n := g.IntN(9); {
	case n == 0 && m != "":
		g.line("%s := 0", name)
		g.line("for _, e := range %s {\n\t\t%s += e\n\t}", m, name)
		g.declare(name, "int", false)
	case n == 1 && m != "" && g.grows:
		g.line("%s := []string{}", name)
		g.line("for key := range %s {\n\t\t%s = append(%s, key)\n\t}", m, name, name)
		g.line("sort.Strings(%s)", name)
		g.line("for _, key := range %s {\n\t\tfmt.Print(key, \"=\", %s[key], \" \")\n\t}", name, m)
		g.line("fmt.Println()")
	case n == 2 && m != "":
		g.line("delete(%s, %s)", m, g.expr("string", 1))
		g.line("fmt.Println(len(%s), %s)", m, m)
	case n == 3 && word != "":
		g.line("for i := 0; i < len(%s); i++ {\n\t\tif %s[i] == 'a' || %s[i] >= 'h' {\n\t\t\tcontinue\n\t\t}", word, word, word)
		g.line("\tfmt.Print(%s[i], \" \", string(%s[i]), \";\")\n\t}", word, word)
		g.line("fmt.Println()")
	case n == 4 && word != "":
		g.line("%s := []rune(%s)", name, word)
		g.line("for i, j := 0, len(%s)-1; i < j; i, j = i+1, j-1 {\n\t\t%s[i], %s[j] = %s[j], %s[i]\n\t}", name, name, name, name, name)
		g.line("fmt.Println(string(%s), len(%s))", name, name)
	case n == 5 && ints != "":
		g.line("for len(%s) > 2 {\n\t\tfmt.Print(%s[0], \" \")\n\t\t%s = %s[1:]\n\t}", ints, ints, ints, ints)
		g.line("fmt.Println(%s, len(%s))", ints, ints)
	case n == 6 && ints != "":
		g.line("%s, %s := 0, 0", name, other)
		g.line("for i, e := range %s {\n\t\tif i == 0 || e > %s {\n\t\t\t%s = e\n\t\t}\n\t\tif e != 2 && e <= 7 {\n\t\t\t%s += e\n\t\t}\n\t}", ints, name, name, other)
		g.line("fmt.Println(%s, %s)", name, other)
	case n == 7:
		g.line("var %s strings.Builder", name)
		g.line("for i := 0; i < 3; i++ {\n\t\t%s.WriteString(%s)\n\t\t%s.WriteByte('-')\n\t}", name, g.expr("string", 1), name)
		g.line("fmt.Println(%s.String(), %s.Len())", name, name)
	default:
		g.line("%s := make([][]int, 3)", name)
		g.line("for i := range %s {\n\t\t%s[i] = make([]int, 2)\n\t\tfor j := range %s[i] {\n\t\t\t%s[i][j] = i*j + %s\n\t\t}\n\t}", name, name, name, name, g.expr("int", 1))
		g.line("fmt.Println(%s)", name)
	}
}

func (g *generator) constant() {
	name := g.name()
	switch g.IntN(4) {
	case 0:
		g.line("const %s = %s", name, g.pick("7", "1 << 5", "3 * 4", "int('a' - 'A')", "100 / 7", "-5 % 3"))
		g.declare(name, "int", true)
		g.line("fmt.Println(%s)", name)
	case 1:
		g.line("const %s = %s", name, g.pick("1.5", "2 / 3.0", "1e3", "10 / 4.0"))
		g.declare(name, "float64", true)
		g.line("fmt.Println(%s)", name)
	case 2:
		typ := g.pick(intTypes...)
		g.line("const %s %s = %s", name, typ, g.pick("1<<6", "3 + 4*5", "100"))
		g.declare(name, typ, true)
		g.line("fmt.Println(%s)", name)
	default:
		g.line("const %s = \"k\" + %q", name, g.pick("x", "é"))
		g.declare(name, "string", true)
		g.line("fmt.Println(%s)", name)
	}
}

// expr is an expression of a type.
func (g *generator) expr(typ string, depth int) string {
	if v := g.variable(typ, false); v != "" && g.IntN(3) != 0 && !(g.grows && shares(typ)) {
		return v
	}
	if depth <= 0 {
		return g.literal(typ)
	}
	if f := g.callTo(typ, depth); f != "" {
		return f
	}
	d := depth - 1
	switch {
	case typ == "int":
		return g.integer(d)
	case isInt(typ):
		return g.small(typ, d)
	}
	switch typ {
	case "float64":
		return g.float(d)
	case "string":
		return g.text(d)
	case "bool":
		return g.truth(d)
	}
	return g.whole(typ, d)
}

// callTo is a call of a function of the program that gives a type, or "".
func (g *generator) callTo(typ string, depth int) string {
	if g.result != "" || g.IntN(4) > 0 {
		return ""
	}
	for _, f := range g.scopes[0] {
		if f.fixed && strings.HasPrefix(f.typ, "func ") && strings.HasSuffix(f.typ, " "+typ) {
			params := strings.Split(strings.Fields(f.typ)[1], ",")
			return fmt.Sprintf("%s(%s, %s)", f.name, g.expr(params[0], depth-1), g.expr(params[1], depth-1))
		}
	}
	return ""
}

func (g *generator) literal(typ string) string {
	switch {
	case isInt(typ):
		n := g.pick("0", "1", "2", "3", "7", "64", "100", "127")
		if typ == "int" && g.IntN(3) == 0 {
			return n
		}
		if typ == "int" {
			return "k(" + n + ")"
		}
		return "k" + typ + "(" + n + ")"
	}
	switch typ {
	case "float64":
		return g.pick("0.5", "2.25", "1e3", "half()", "0.1")
	case "string":
		return g.pick(`"a"`, `"b"`, `"ab"`, `"12"`, `"héé"`, `""`, `"x y"`)
	case "bool":
		return g.pick("(k(2) > k(1))", "(k(1) == k(2))")
	case "[]int":
		return g.pick("([]int{1, 2, 3})", "([]int{})", "([]int{5})")
	case "[]string":
		return `([]string{"q", "r"})`
	case "[]float64":
		return `([]float64{1, 2.5})`
	case "[]byte":
		return `[]byte("hey")`
	case "map[string]int":
		return `(map[string]int{"a": 1, "b": 2})`
	case "map[int]string":
		return `(map[int]string{1: "a"})`
	case "map[string][]int":
		return `(map[string][]int{"a": {1}})`
	case "map[string]point":
		return `(map[string]point{"a": {1, 2, 3}})`
	case "[4]int":
		return "([4]int{1, 2, 3})"
	case "[3][2]int":
		return "([3][2]int{{1, 2}, {3, 4}})"
	case "point":
		return g.pick("(point{1, 2, 0.5})", "(point{x: 3})", "(point{})")
	case "item":
		return g.pick(`(item{name: "n", tags: []string{"t"}})`, `(item{name: "m", at: point{y: 2}})`)
	case "*item":
		return g.pick(`(&item{name: "p"})`, `(&item{count: 3, at: point{1, 1, 1}})`)
	case "[]*item":
		return `([]*item{&item{name: "z"}})`
	case "[]point":
		return "([]point{{1, 2, 3}, {x: 4}})"
	case "[][]int":
		return "([][]int{{1}, {2, 3}})"
	}
	panic("no literal of " + typ)
}

func (g *generator) integer(d int) string {
	switch g.IntN(14) {
	case 0, 1, 2:
		return fmt.Sprintf("(%s %s %s)", g.expr("int", d), g.pick("+", "-", "*", "&", "|", "^", "&^"), g.expr("int", d))
	case 3:
		return fmt.Sprintf("(%s %s %s)", g.expr("int", d), g.pick("/", "%"), g.pick("3", "7", "10", "(abs("+g.expr("int", d)+")%5 + 1)"))
	case 4:
		return fmt.Sprintf("(%s %s %s)", g.expr("int", d), g.pick("<<", ">>"), g.pick("2", "uint("+g.expr("int", d)+")%8"))
	case 5:
		return g.pick("-", "^", "+") + "(" + g.expr("int", d) + ")"
	case 6:
		if v := g.variable(g.pick("string", "[]int", "map[string]int", "[4]int", "[]string"), false); v != "" {
			return "len(" + v + ")"
		}
	case 7:
		return g.pick("abs("+g.expr("int", d)+")", "fib(abs("+g.expr("int", d)+")%8)", "total("+g.expr("int", d)+", "+g.expr("int", d)+", 2)", "total("+g.expr("int", 0)+")")
	case 8:
		return "int(" + g.expr(g.pick(intTypes...), d) + ")"
	case 9:
		if v := g.variable("[4]int", false); v != "" {
			return fmt.Sprintf("%s[abs(%s)%%4]", v, g.expr("int", d))
		}
	case 10:
		if v := g.variable("map[string]int", false); v != "" {
			return v + "[" + g.expr("string", d) + "]"
		}
	case 11:
		if v := g.variable("point", false); v != "" {
			return v + g.pick(".x", ".y", ".sum()")
		}
	case 12:
		if v := g.variable("*item", false); v != "" {
			return v + g.pick(".count", ".at.x")
		}
	}
	return g.literal("int")
}

func (g *generator) small(typ string, d int) string {
	switch g.IntN(7) {
	case 0, 1:
		return fmt.Sprintf("(%s %s %s)", g.expr(typ, d), g.pick("+", "-", "*", "&", "|", "^", "&^"), g.expr(typ, d))
	case 2:
		return fmt.Sprintf("(%s %s %s)", g.expr(typ, d), g.pick("/", "%"), g.pick("3", "7"))
	case 3:
		return fmt.Sprintf("(%s %s %s)", g.expr(typ, d), g.pick("<<", ">>"), g.pick("1", "3", "uint("+g.expr("int", d)+")%8"))
	case 4:
		return typ + "(" + g.expr(g.pick(intTypes...), d) + ")"
	case 5:
		return g.pick("-", "^") + "(" + g.expr(typ, d) + ")"
	}
	return g.literal(typ)
}

func (g *generator) float(d int) string {
	switch g.IntN(7) {
	case 0, 1:
		return fmt.Sprintf("(%s %s %s)", g.expr("float64", d), g.pick("+", "-", "*"), g.expr("float64", d))
	case 2:
		return fmt.Sprintf("(%s / %s)", g.expr("float64", d), g.pick("2", "3.5", "4.0"))
	case 3:
		return "float64(" + g.expr(g.pick("int", "int32", "uint8"), d) + ")"
	case 4:
		return fmt.Sprintf("math.%s(%s)", g.pick("Abs", "Floor", "Ceil", "Trunc"), g.expr("float64", d))
	case 5:
		if v := g.variable("point", false); v != "" {
			return v + ".w"
		}
	}
	return g.literal("float64")
}

func (g *generator) text(d int) string {
	switch g.IntN(11) {
	case 0, 1:
		return "(" + g.expr("string", d) + " + " + g.expr("string", d) + ")"
	case 2:
		return "strconv.Itoa(" + g.expr("int", d) + ")"
	case 3:
		return fmt.Sprintf("strings.%s(%s)", g.pick("ToUpper", "ToLower", "TrimSpace"), g.expr("string", d))
	case 4:
		return "strings.Repeat(" + g.expr("string", 0) + ", " + g.pick("0", "2", "3") + ")"
	case 5:
		if v := g.variable("[]string", false); v != "" {
			return "strings.Join(" + v + ", \"-\")"
		}
	case 6:
		return "fmt.Sprint(" + g.expr(g.pick(basicTypes...), d) + ")"
	case 7:
		if v := g.variable("[]byte", false); v != "" {
			return "string(" + v + ")"
		}
	case 8:
		if v := g.variable("item", false); v != "" {
			return v + g.pick(".name", ".label()")
		}
	case 9:
		return "string(rune('a' + abs(" + g.expr("int", d) + ")%26))"
	}
	return g.literal("string")
}

func (g *generator) truth(d int) string {
	switch g.IntN(8) {
	case 0, 1, 2:
		typ := g.pick("int", "int", "string", "float64", "uint8", "int32", "uint64")
		y := g.expr(typ, d)
		if typ == "string" {
			y = "short(" + y + ")"
		}
		if typ == "int" || typ == "float64" {
			y = map[string]string{"int": "k(1)", "float64": "half()"}[typ] + " * " + y
		}
		return fmt.Sprintf("(%s %s %s)", g.expr(typ, d), g.pick("<", "<=", ">", ">=", "==", "!="), y)
	case 3, 4:
		return fmt.Sprintf("(%s %s %s)", g.expr("bool", d), g.pick("&&", "||"), g.expr("bool", d))
	case 5:
		return "!(" + g.expr("bool", d) + ")"
	case 6:
		return fmt.Sprintf("strings.%s(%s, %s)", g.pick("Contains", "HasPrefix", "HasSuffix"), g.expr("string", d), g.expr("string", 0))
	}
	return g.literal("bool")
}

// whole is an expression of a type that is no basic one.
func (g *generator) whole(typ string, d int) string {
	switch typ {
	case "[]int", "[]string", "[]float64", "[]point":
		elem := typ[2:]
		switch g.IntN(4) {
		case 0:
			return "(" + typ + "{" + g.expr(elem, d) + ", " + g.expr(elem, d) + "})"
		case 1:
			return "make(" + typ + ", " + g.pick("0", "2", "3") + ")"
		case 2:
			if typ == "[]string" {
				return "strings.Fields(" + g.expr("string", d) + ")"
			}
		}
	case "point":
		return fmt.Sprintf("(point{%s, %s, %s})", g.expr("int", d), g.expr("int", d), g.expr("float64", d))
	case "item":
		return fmt.Sprintf("(item{name: %s, at: %s})", g.expr("string", d), g.expr("point", d))
	case "[4]int":
		return fmt.Sprintf("([4]int{%s, 2: %s})", g.expr("int", d), g.expr("int", d))
	case "map[string]int":
		if g.IntN(2) == 0 {
			return "make(map[string]int)"
		}
	}
	return g.literal(typ)
}
