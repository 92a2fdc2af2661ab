// Runs before anything is painted: says that scripts work, and applies the
// theme the reader chose, so that no page flashes in the other one.
const root = document.documentElement;
root.classList.add("js");
try {
  const theme = localStorage.getItem("tutor-theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
} catch {
  // storage is off: the page follows the system
}
