// How much memory this process takes while something runs.

/** Follows how much memory this process takes beside what it had. */
export function watchMemory(): { grownBytes(): number } {
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 20);
  return {
    grownBytes() {
      clearInterval(timer);
      return Math.max(most, process.memoryUsage.rss()) - before;
    },
  };
}
