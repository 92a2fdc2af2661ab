package content

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// question is what follows a quiz or predict comment: paragraphs, then a task
// list.
type question struct {
	prompt []ast.Node
	list   *ast.List
	items  []choice
	right  int
}

// choice is one item: its box, the block that holds its text, and the
// explanation after it.
type choice struct {
	right bool
	text  ast.Node
	why   []ast.Node
}

// question takes the blocks of a question; nil, with the problem told, when
// they are not there.
func (b *builder) question(n *comment, what string) *question {
	q := &question{}
	next := n.NextSibling()
	for p, ok := next.(*ast.Paragraph); ok; p, ok = next.(*ast.Paragraph) {
		q.prompt = append(q.prompt, p)
		next = next.NextSibling()
	}
	list, ok := next.(*ast.List)
	if !ok || len(q.prompt) == 0 {
		b.problem(n, "fence-word", fmt.Sprintf("<!-- %s --> needs a question and a task list below it", what),
			"write the question, a blank line, and - [ ] and - [x] items")
		return nil
	}
	q.list = list
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		b.choice(q, item)
	}
	if q.right == 0 || len(q.items) < 2 {
		b.problem(list, "fence-word", fmt.Sprintf("the %s has %d choices, %d of them right", what, len(q.items), q.right),
			"mark the right one with - [x]")
		return nil
	}
	return q
}

func (b *builder) choice(q *question, item ast.Node) {
	text := item.FirstChild()
	if text == nil {
		return
	}
	box, ok := text.FirstChild().(*east.TaskCheckBox)
	if !ok {
		b.problem(item, "fence-word", "a choice has no box", "begin it with - [ ] or - [x]")
		return
	}
	c := choice{right: box.IsChecked, text: text}
	remove(box)
	for w := text.NextSibling(); w != nil; w = w.NextSibling() {
		if w.Kind() != ast.KindParagraph && w.Kind() != ast.KindTextBlock {
			b.problem(w, "fence-word", "an explanation is text only", "write it as a paragraph of its item")
			continue
		}
		c.why = append(c.why, w)
	}
	if c.right {
		q.right++
	}
	q.items = append(q.items, c)
}

// quiz replaces the comment and its question by a quiz block.
func (b *builder) quiz(n *comment, args string) ast.Node {
	id, ok := strings.CutPrefix(strings.TrimSpace(args), "id=")
	if !ok || !idPattern().MatchString(id) {
		b.problem(n, "fence-id", "the quiz has no good id", "write <!-- quiz id=lower-case-words -->")
	}
	q := b.question(n, "quiz")
	if q == nil {
		return n.NextSibling()
	}
	next := q.list.NextSibling()
	b.page.Quizzes = append(b.page.Quizzes, id)
	b.anchors["quiz-"+id] = true
	n.Parent().InsertBefore(n.Parent(), n, b.quizBox(q, id))
	q.removeFromPage()
	return next
}

func (b *builder) quizBox(q *question, id string) *boxNode {
	kind := "radio"
	if q.right > 1 {
		kind = "checkbox"
	}
	box := &boxNode{
		open:  fmt.Sprintf(`<quiz-block class="q" id="quiz-%s" data-id="%[1]s"><fieldset>`, attr(id)),
		close: `</fieldset></quiz-block>`,
	}
	legend := &boxNode{open: "<legend>", close: "</legend>"}
	for i, p := range q.prompt {
		if i > 0 {
			legend.AppendChild(legend, &spanNode{open: "<br>"})
		}
		adopt(legend, p)
	}
	box.AppendChild(box, legend)
	for i, c := range q.items {
		box.AppendChild(box, c.label(kind, "quiz-"+id, i+1))
	}
	return box
}

// label is one choice of a quiz. The explanation is in the page from the
// start; the style sheet shows it once its choice is taken, without script.
func (c choice) label(kind, name string, n int) *boxNode {
	right := ""
	if c.right {
		right = " data-right"
	}
	label := &boxNode{
		open:  fmt.Sprintf(`<label class="opt"%s><input type="%s" name="%s" value="%d">`, right, kind, attr(name), n),
		close: "</label>",
	}
	span := &boxNode{open: "<span>", close: "</span>"}
	adopt(span, c.text)
	for _, w := range c.why {
		why := &boxNode{open: `<span class="why">`, close: "</span>"}
		adopt(why, w)
		span.AppendChild(span, why)
	}
	label.AppendChild(label, span)
	return label
}

func (q *question) removeFromPage() {
	for _, p := range q.prompt {
		remove(p)
	}
	remove(q.list)
}

// prediction keeps the question for the listing that follows it.
func (b *builder) prediction(n *comment, args string) ast.Node {
	q := b.question(n, "predict")
	if q == nil {
		return n.NextSibling()
	}
	next := q.list.NextSibling()
	fence, ok := next.(*ast.FencedCodeBlock)
	if !ok {
		b.problem(n, "fence-word", "no listing follows the prediction", "put the go run fence directly below the choices")
	}
	if q.right > 1 {
		b.problem(q.list, "fence-word", "a prediction has one right answer", "mark one with - [x]")
	}
	p := &Predict{ID: strings.TrimPrefix(strings.TrimSpace(args), "id=")}
	var prompt []string
	for _, node := range q.prompt {
		prompt = append(prompt, b.plain(node))
	}
	p.Prompt = strings.Join(prompt, " ")
	for i, c := range q.items {
		p.Choices = append(p.Choices, b.plain(c.text))
		if c.right && p.Answer == 0 {
			p.Answer = i + 1
		}
	}
	b.predict, b.predictFor = p, nil
	if ok {
		b.predictFor = fence
	}
	q.removeFromPage()
	return next
}
