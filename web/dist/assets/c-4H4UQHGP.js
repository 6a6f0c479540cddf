import{v as o}from"./c-2SLJXRBT.js";var d=/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/,c=e=>e===null||typeof e=="object"&&Object.values(e).every(n=>typeof n=="string"),g=e=>o(`course:${e}`,null,c);function p(e,n){let[,t=n,i=""]=/^(.*?)(\.[a-z]+)?$/.exec(n)??[],s=n;for(let r=2;s in e;r++)s=`${t}-${r}${i}`;return s}function f(e,n){return{"course.yaml":`course: ${e}
title: ${e}
certificate: ${e}
pass: 80
valid_days: 365
currency: ${n}
order:
  - welcome.md
  - questions.gift
`,"welcome.md":`# ${e}

What this is about, in a few lines.
`,"questions.gift":`// [id:first]
What do you do first? {
  =Say what you can do#Right.
  ~Nothing#There is always something.
}
`}}function m(e,n){let t=Object.keys(n).sort();return{added:t.filter(i=>!(i in e)),changed:t.filter(i=>i in e&&e[i]!==n[i]),gone:Object.keys(e).filter(i=>!(i in n)).sort()}}function y(e,n){return e.filter(t=>t.file===n).map(({line:t,severity:i,code:s,message:r,hint:l})=>({line:t,severity:i,code:s,message:r,hint:l,column:1}))}function h(e,n){let t=e["course.yaml"];return t===void 0||n==="course.yaml"||!/^order:\s*$/m.test(t)||new RegExp(`^\\s+- ${n.replaceAll(".","\\.")}\\s*$`,"m").test(t)?e:{...e,"course.yaml":`${t.replace(/\n*$/,`
`)}  - ${n}
`}}function $(e,n){let t=URL.createObjectURL(new Blob([n],{type:"text/plain;charset=utf-8"})),i=document.createElement("a");i.href=t,i.download=e,i.click(),setTimeout(()=>URL.revokeObjectURL(t),1e3)}export{d as a,g as b,p as c,f as d,m as e,y as f,h as g,$ as h};
