// esbuild gives a style sheet as text, which `mount` puts into the component's shadow root.
declare module "*.css" {
  const text: string;
  export default text;
}
